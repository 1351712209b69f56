/* SPDX-License-Identifier: Apache-2.0 */
/* reloader_dir.c - see reloader.h */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "frr-signal/reloader.h"

void job_remove_dir(struct job *job)
{
	DIR *dir = job->dir[0] ? opendir(job->dir) : NULL;
	const struct dirent *entry;

	/* Only what job_write_dir() has put there: `.' and `..' are directories, which unlinkat() leaves. */
	while (dir && (entry = readdir(dir)))
		unlinkat(dirfd(dir), entry->d_name, 0);
	if (dir)
		closedir(dir);
	if (job->dir[0])
		rmdir(job->dir);
	job->dir[0] = '\0';
}

const char *job_skip_head(const struct text *config)
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

int job_write_dir(struct job *job, const struct options *o, const char *text)
{
	const char *name = o->pathspace ? o->pathspace : "vtysh.conf";
	_cleanup_close_ int dir = -1;
	char target[PATH_MAX];
	int r;

	job_remove_dir(job);
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
	return write_file(dir, text);
}
