/* SPDX-License-Identifier: Apache-2.0 */
/* reload.c - see reload.h */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "frr-vtysh/reload.h"
#include "lib/folder.h"

#define CONF_MAX (FRRDIFF_MAX_MIB << 20)
/* The arguments of a vtysh whose output output_parse() reads. */
#define ARGS_OF_READING "-c", "show daemons", "-c", "show running-config no-header"

static void replace(char **text, char *by)
{
	free(*text);
	*text = by;
}

int reload_init(struct reload *reload, struct evpn_error *err)
{
	return job_init(&reload->job, err) < 0 ? -1 : reading_init(&reload->reading, err);
}

void reload_free(struct reload *reload)
{
	job_free(&reload->job);
	reading_free(&reload->reading);
	frrdiff_clear(&reload->diff);
	free(reload->conf_path);
	free(reload->wanted);
	free(reload->former);
}

/*
 * Reads the installed file. It does not follow a symbolic link, by which FRR's container could replace the file or one of
 * its directories.
 */
static char *read_conf(const char *path, struct evpn_error *err)
{
	_cleanup_close_ int fd = folder_open_file(path, FOLDER_NO_LINKS);
	struct stat st = { 0 };
	/* One byte more than the file has: to notice that it grows, and for the NUL. */
	size_t size = fd < 0 || fstat(fd, &st) < 0 || st.st_size >= CONF_MAX ? CONF_MAX : (size_t)st.st_size + 2;
	char *text = fd < 0 ? NULL : malloc(size);
	ssize_t len = fd < 0 ? fd : text ? process_read_fd(fd, text, size) : -ENOMEM;

	if (text && len >= 0 && (size_t)len < size - 1 && !memchr(text, '\0', (size_t)len))
		return text;
	free(text);
	if (len < 0)
		evpn_fail(err, folder_code((int)len), "cannot read %s: %s", path, folder_fault((int)len));
	else
		evpn_fail(err, EFBIG, "%s is not a configuration of FRR: it contains NUL bytes or has more than %u MiB",
			  path, CONF_MAX >> 20);
	return NULL;
}

void reload_fail_memory(struct reload *reload)
{
	evpn_fail(&reload->job.err, ENOMEM, "%s", strerror(ENOMEM));
	job_end(&reload->job, -1);
}

static void start_reading(struct reload *reload, enum reload_stage stage)
{
	static const char *const args[] = { ARGS_OF_READING, NULL };

	reload->stage = stage;
	job_run_vtysh(&reload->job, args, NULL, "vtysh -c 'show running-config'");
}

void reload_start_reading(struct reload *reload)
{
	start_reading(reload, RELOAD_READ_BACK);
}

/*
 * READ with this outcome of reading_begin() or reading_go_on(). Whatever hinders it, vtysh tries to read, too, and says why; but
 * vtysh would wait without end for a daemon that does not answer.
 */
static void take_reading(struct reload *reload, int r, const struct output *output)
{
	/* A query has found that FRR was restarted meanwhile. */
	if (r != 0 && reload->instance != reload->job.location->instance)
		reload_try(reload);
	else if (r > 0)
		reload_judge_read(reload, output);
	else if (r < 0 && reload->reading.err.code == ETIMEDOUT)
		reload_wait(reload, "%s", reload->reading.err.msg);
	else if (r < 0)
		start_reading(reload, RELOAD_READ);
}

static void start_first_reading(struct reload *reload)
{
	struct output output = { 0 };

	reload->stage = RELOAD_READ;
	job_run_caller(&reload->job);
	take_reading(reload, reading_begin(&reload->reading, &output), &output);
}

void reload_try(struct reload *reload)
{
	struct job *job = &reload->job;
	int r = location_find(job->location, &job->err);

	frrdiff_clear(&reload->diff);
	reload->refused = reload->misfit = reload->unclear = reload->fell_back = reload->disturbed = false;
	reload->n_rests = 0;
	reload->words[0] = '\0';
	reload->instance = job->location->instance;
	if (r < 0)
		job_end(job, -1);
	else if (r == 0)
		reload_wait(reload, "%s", job->err.msg);
	else
		start_first_reading(reload);
}

int reload_begin(struct reload *reload, const char *conf_path, struct evpn_error *err)
{
	char *wanted = read_conf(conf_path, err), *path = strdup(conf_path);

	if (!wanted || !path) {
		free(wanted);
		free(path);
		return path ? -1 : evpn_fail(err, ENOMEM, "%s", strerror(ENOMEM));
	}
	replace(&reload->wanted, wanted);
	replace(&reload->conf_path, path);
	job_begin(&reload->job);
	reload->undo = UNDO_NONE;
	reload->n_losses = reload->n_undos = 0;
	evpn_wait(&reload->job.err, "reading FRR's running configuration");
	reload_try(reload);
	return 0;
}

char *reload_join_diff(const struct reload *reload)
{
	const struct frrdiff *diff = &reload->diff;
	size_t size = 1;
	char *text, *end;

	for (size_t i = 0; i < diff->n_batches; i++)
		size += strlen(diff->batches[i]);
	text = end = calloc(size, 1);
	for (size_t i = 0; text && i < diff->n_batches; i++)
		end = stpcpy(end, diff->batches[i]);
	return text;
}

void reload_start_check(struct reload *reload, bool of_file)
{
	const char *const args[] = { "-C", "-f", job_text_path(&reload->job), NULL };
	char *diff = of_file ? NULL : reload_join_diff(reload);

	if (!of_file && !diff) {
		reload_fail_memory(reload);
		return;
	}
	evpn_wait(&reload->job.err, "checking the syntax (vtysh -C)");
	reload->stage = RELOAD_CHECK;
	reload->checks_file = of_file;
	job_run_vtysh(&reload->job, args, of_file ? reload->wanted : diff, "vtysh -C -f");
	free(diff);
}

bool reload_is_last_batch(const struct reload *reload)
{
	return reload->batch + 1 == reload->diff.n_batches;
}

/*
 * Between XFRR_start_configuration and XFRR_end_configuration bgpd opens no session with a new neighbour, whose
 * password or filters may still be missing. `vtysh -f` sends these commands itself, but accepts no further commands.
 */
static void start_batch(struct reload *reload)
{
	char copy[64];
	const char *const copies[] = { "-c", copy, NULL };
	const char *const copies_and_reads[] = { "-c", copy, ARGS_OF_READING, NULL };
	char *text = NULL;

	if (asprintf(&text, "XFRR_start_configuration\n%sXFRR_end_configuration\n",
		     reload->diff.batches[reload->batch]) < 0) {
		reload_fail_memory(reload);
		return;
	}
	evpn_wait(&reload->job.err, "%s: %zu lines to delete, %zu to add",
		  reload->undo == UNDO_RUNNING ? "restoring FRR's former configuration"
					       : "changing FRR's configuration",
		  reload->diff.n_deleted, reload->diff.n_added);
	reload->stage = RELOAD_APPLY;
	reload->changed = true;
	snprintf(copy, sizeof(copy), "copy %s running-config", job_text_path(&reload->job));
	job_run_vtysh(&reload->job, reload_is_last_batch(reload) ? copies_and_reads : copies, text,
		      reload->undo == UNDO_RUNNING ? "vtysh (restoring the former configuration)"
						   : "vtysh (applying the difference)");
	free(text);
}

void reload_start_batches(struct reload *reload)
{
	reload->batch = 0;
	start_batch(reload);
}

void reload_start_next_batch(struct reload *reload)
{
	reload->batch++;
	start_batch(reload);
}

/* The directory of vtysh, for frr-reload.py. */
static void find_bindir(const struct job_options *options, char *dir, size_t size)
{
	snprintf(dir, size, "%s", options->vtysh ? options->vtysh : "/usr/bin/vtysh");
	strrchr(dir, '/')[strrchr(dir, '/') == dir] = '\0';
}

/* For a file with another name than frr.conf it would overwrite the file with FRR's running configuration. */
bool reload_can_fall_back(const struct reload *reload)
{
	const char *name = strrchr(reload->conf_path, '/');

	return reload->job.options->frr_reload && !reload->fell_back &&
	       (reload->job.location->file.path || (name && strcmp(name, "/frr.conf") == 0));
}

/* frr-reload.py writes its temporary files to --rundir. */
void reload_start_frr_reload(struct reload *reload)
{
	const struct job_options *options = reload->job.options;
	const char *const programs[] = { options->frr_reload, NULL };
	bool inside = reload->job.location->file.path != NULL;
	char bindir[PATH_MAX], confdir[PATH_MAX], path[PATH_MAX];

	if (!reload_can_fall_back(reload)) {
		reload->job.err = reload->why;
		job_end(&reload->job, -1);
		return;
	}
	find_bindir(options, bindir, sizeof(bindir));
	snprintf(path, sizeof(path), "%s", inside ? CONTAINER_FILE : reload->conf_path);
	snprintf(confdir, sizeof(confdir), "%.*s", (int)(strrchr(path, '/') - path), path);
	reload->stage = RELOAD_FRR_RELOAD;
	reload->changed = true;
	job_run_program(&reload->job, programs,
			(const char *const[]){ options->frr_reload, "--reload", "--stdout", "--log-level", "warning",
					       "--bindir", bindir, "--confdir", confdir, "--rundir",
					       inside		  ? CONTAINER_DIR
					       : options->vty_dir ? options->vty_dir
								  : "/var/run/frr",
					       path, options->vty_dir ? "--vty_socket" : NULL, options->vty_dir, NULL },
			inside ? reload->wanted : NULL, "frr-reload.py");
}

static void job_program_ended(struct reload *reload, struct program_end *end)
{
	/* A query has found that FRR was restarted: the output of this program came from the former one. */
	if (reload->instance != reload->job.location->instance)
		reload_try(reload);
	else
		reload_judge(reload, end);
}

void reload_handle_event(struct reload *reload, unsigned int events)
{
	struct job *job = &reload->job;
	bool is_under_way = job->state == JOB_RUNNING || job->state == JOB_PAUSING;
	struct program_end end = { 0 };
	struct output output = { 0 };

	if (is_under_way && (events & LOCATION_ENDED) && !reload_count_loss(reload, NULL, 0))
		reload_wait(reload, "FRR's container has ended");
	if (job->state == JOB_RUNNING && (events & LOCATION_DAEMON))
		reload->disturbed = true;
	/* The new daemon may be one that a long pause waits for, and not accept connections yet. */
	if (events & LOCATION_DAEMON)
		job->pause_ms = 0;
	if (job->state != JOB_RUNNING)
		reading_drop(&reload->reading);
	if (reading_handle_event(&reload->reading, events))
		take_reading(reload, reading_go_on(&reload->reading, &output), &output);
	switch (job_handle_event(job, events & LOCATION_APPEARED, &end)) {
	case JOB_AGAIN:
		reload_try(reload);
		break;
	case JOB_PROGRAM_ENDED:
		job_program_ended(reload, &end);
		break;
	case JOB_NOTHING:
		/* frr-reload.py does not exist: report the difference that made it necessary. */
		if (is_under_way && job->outcome < 0 && job->err.code == ENOENT && reload->stage == RELOAD_FRR_RELOAD)
			job->err = reload->why;
		break;
	}
	program_end_clear(&end);
	if (is_under_way)
		reload_settle(reload);
}
