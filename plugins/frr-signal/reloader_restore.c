/* SPDX-License-Identifier: Apache-2.0 */
/* reloader_restore.c - see reloader.h */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "frr-signal/reloader.h"

#define RESULT_MAX     2000
#define DIFFERENCE_MAX 600

/* Adds a line to the result, and completes the job. */
static void end(struct job *job, const char *line)
{
	struct text *body = &job->result.body;

	if (body->len && body->data[body->len - 1] != '\n')
		text_append(body, "\n", 1, RESULT_MAX);
	text_append(body, line, strlen(line), RESULT_MAX);
	job_complete(job);
}

void restore_fail(struct job *job, const char *format, ...)
{
	static const char prefix[] = "FRR's former configuration could not be restored";
	char line[1024];
	va_list ap;

	strcpy(line, prefix);
	va_start(ap, format);
	vsnprintf(line + sizeof(prefix) - 1, sizeof(line) - sizeof(prefix), format, ap);
	va_end(ap);
	strcat(line, "\n");
	end(job, line);
}

void restore_clean_up(struct job *job)
{
	DIR *dir = job->dir[0] ? opendir(job->dir) : NULL;
	const struct dirent *entry;

	/* Only what write_former() has put there: `.' and `..' are directories, which unlinkat() leaves. */
	while (dir && (entry = readdir(dir)))
		unlinkat(dirfd(dir), entry->d_name, 0);
	if (dir)
		closedir(dir);
	if (job->dir[0])
		rmdir(job->dir);
	job->dir[0] = '\0';
}

/* What the configuration of FRR itself is: not the lines by which vtysh introduces it. */
static const char *skip_head(const struct text *config)
{
	static const char head[] = "Current configuration:\n";
	const char *at = strstr(config->data, head);

	return at ? at + sizeof(head) - 1 : config->data;
}

static int write_file(int dir, const char *text)
{
	_cleanup_close_ int fd = openat(dir, "frr.conf", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0)
		return -errno;
	for (size_t len = strlen(text); len > 0;) {
		ssize_t n = write(fd, text, len);

		if (n < 0)
			return -errno;
		text += n;
		len -= (size_t)n;
	}
	return 0;
}

/*
 * Writes the former configuration to a file in a directory of its own. The file is named frr.conf: for another name
 * frr-reload.py runs vtysh's `write', which overwrites FRR's file. vtysh's own configuration stays in force by a link.
 */
static int write_former(struct job *job, const struct options *o)
{
	const char *name = o->pathspace ? o->pathspace : "vtysh.conf";
	_cleanup_close_ int dir = -1;
	char target[PATH_MAX];
	int r;

	restore_clean_up(job);
	if (snprintf(job->dir, sizeof(job->dir), "%s/evpn-reloader-XXXXXX", o->rundir) >= (int)sizeof(job->dir) ||
	    snprintf(target, sizeof(target), "%s/%s", o->confdir, name) >= (int)sizeof(target)) {
		job->dir[0] = '\0';
		return -ENAMETOOLONG;
	}
	if (!mkdtemp(job->dir)) {
		r = -errno;
		job->dir[0] = '\0';
		return r;
	}
	dir = open(job->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0 || symlinkat(target, dir, name) < 0)
		return -errno;
	return write_file(dir, skip_head(&job->former));
}

void restore_begin(struct job *job, const struct options *o)
{
	int r = write_former(job, o);

	job->phase = JOB_RESTORE;
	job->n_restores++;
	job->deadline = clock_ms() + o->timeout_s * INT64_C(1000);
	if (r < 0)
		restore_fail(job, ": cannot write it to a file in %s: %s", o->rundir, strerror(-r));
	else
		job_run_frr_reload(job, o, job->dir, "--reload");
}

static void verify(struct job *job, const struct options *o, int wait_status)
{
	struct text *now = &job->tool.output[0], difference = { 0 };

	if (!WIFEXITED(wait_status) || WEXITSTATUS(wait_status) != 0 || now->cut) {
		restore_fail(job, ": vtysh could not show FRR's configuration");
	} else if (config_is_same(&job->former, now, &difference, DIFFERENCE_MAX)) {
		job->result.restored = true;
		end(job, "FRR's former configuration is in force again\n");
	} else if (job->n_restores < JOB_RESTORES_MAX) {
		restore_begin(job, o);
	} else {
		restore_fail(job, " completely; remaining difference:\n%s", difference.data ? difference.data : "");
	}
	text_free(&difference);
}

void restore_tool_ended(struct job *job, const struct options *o, int wait_status)
{
	/* Whatever frr-reload.py says: FRR's configuration is what counts. */
	if (job->phase == JOB_RESTORE) {
		restore_clean_up(job);
		job->phase = JOB_VERIFY;
		job_run_vtysh(job, o, "show running-config");
	} else {
		verify(job, o, wait_status);
	}
}
