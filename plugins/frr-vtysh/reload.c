/* SPDX-License-Identifier: Apache-2.0 */
/* reload.c - see reload.h */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frr-vtysh/reload.h"

#define CONF_MAX (64u << 20)
/* What answer_read() reads the answer to, among a vtysh's args. */
#define ARGS_OF_READING "-c", "show daemons", "-c", "show running-config no-header"

static void replace(char **text, char *by)
{
	free(*text);
	*text = by;
}

int reload_init(struct reload *reload, struct evpn_error *err)
{
	return job_init(&reload->job, err);
}

void reload_free(struct reload *reload)
{
	job_free(&reload->job);
	frrdiff_clear(&reload->diff);
	free(reload->conf_path);
	free(reload->wanted);
	free(reload->former);
}

/* What was installed; a link that FRR's container has put in its place is not followed. */
static char *read_conf(const char *path, struct evpn_error *err)
{
	char *text = NULL;
	ssize_t len = 0;

	for (size_t size = 64u << 10; size <= CONF_MAX; size *= 4) {
		free(text);
		text = malloc(size);
		len = text ? process_read_file(AT_FDCWD, path, text, size) : -ENOMEM;
		if (len < (ssize_t)size - 1)
			break;
	}
	if (len >= 0 && (size_t)len < CONF_MAX - 1 && !memchr(text, '\0', (size_t)len))
		return text;
	free(text);
	if (len < 0)
		evpn_fail(err, (int)-len, "read %s: %s", path, strerror((int)-len));
	else
		evpn_fail(err, EFBIG, "%s: this is no frr.conf: it has NUL bytes, or more than %u MiB", path,
			  CONF_MAX >> 20);
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
	job_vtysh(&reload->job, args, NULL, "vtysh -c 'show running-config'");
}

void reload_start_reading(struct reload *reload)
{
	start_reading(reload, RELOAD_READ_BACK);
}

void reload_try(struct reload *reload)
{
	struct job *job = &reload->job;
	int r = place_find(job->place, &job->err);

	frrdiff_clear(&reload->diff);
	reload->complained = reload->undoing = reload->unclear = reload->fell_back = reload->disturbed = false;
	reload->words[0] = '\0';
	reload->instance = job->place->instance;
	if (r < 0)
		job_end(job, -1);
	else if (r == 0)
		job_pause(job);
	else
		start_reading(reload, RELOAD_READ);
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
	evpn_wait(&reload->job.err, "FRR's running configuration is being read");
	reload_try(reload);
	return 0;
}

/* All batches, one behind the other; NULL: no memory. */
static char *join_batches(const struct frrdiff *diff)
{
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
	char *diff = of_file ? NULL : join_batches(&reload->diff);

	if (!of_file && !diff) {
		reload_fail_memory(reload);
		return;
	}
	evpn_wait(&reload->job.err, "vtysh checks the syntax");
	reload->stage = RELOAD_CHECK;
	reload->checks_file = of_file;
	job_vtysh(&reload->job, args, of_file ? reload->wanted : diff, "vtysh -C -f");
	free(diff);
}

bool reload_is_last_batch(const struct reload *reload)
{
	return reload->batch + 1 == reload->diff.n_batches;
}

/*
 * As `vtysh -f` does it, which takes no command behind it: from XFRR_start_configuration to XFRR_end_configuration bgpd
 * opens no session with a new neighbour, which may lack its password or its filters still.
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
	evpn_wait(&reload->job.err, "FRR is being configured: %zu lines go, %zu come", reload->diff.n_deleted,
		  reload->diff.n_added);
	reload->stage = RELOAD_APPLY;
	snprintf(copy, sizeof(copy), "copy %s running-config", job_text_path(&reload->job));
	job_vtysh(&reload->job, reload_is_last_batch(reload) ? copies_and_reads : copies, text,
		  reload->undoing ? "vtysh, taking the difference back," : "vtysh, applying the difference,");
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

/* Where frr-reload.py finds vtysh. */
static void find_bindir(const struct job_options *options, char *dir, size_t size)
{
	snprintf(dir, size, "%s", options->vtysh ? options->vtysh : "/usr/bin/vtysh");
	strrchr(dir, '/')[strrchr(dir, '/') == dir] = '\0';
}

/*
 * It takes a file of another name than frr.conf for an order to overwrite that one, and writes what it feeds to vtysh into
 * --rundir.
 */
void reload_start_frr_reload(struct reload *reload)
{
	const struct job_options *options = reload->job.options;
	const char *const programs[] = { options->frr_reload, NULL };
	bool inside = reload->job.place->file.path != NULL;
	char bindir[PATH_MAX], confdir[PATH_MAX], path[PATH_MAX];
	const char *name = strrchr(reload->conf_path, '/');

	if (!options->frr_reload || (!inside && (!name || strcmp(name, "/frr.conf") != 0))) {
		reload->job.err = reload->why;
		job_end(&reload->job, -1);
		return;
	}
	find_bindir(options, bindir, sizeof(bindir));
	snprintf(path, sizeof(path), "%s", inside ? ENTER_FILE : reload->conf_path);
	snprintf(confdir, sizeof(confdir), "%.*s", (int)(strrchr(path, '/') - path), path);
	reload->stage = RELOAD_FRR_RELOAD;
	job_run(&reload->job, programs,
		(const char *const[]){ options->frr_reload, "--reload", "--stdout", "--log-level", "warning",
				       "--bindir", bindir, "--confdir", confdir, "--rundir",
				       inside		  ? ENTER_DIR
				       : options->vty_dir ? options->vty_dir
							  : "/var/run/frr",
				       path, options->vty_dir ? "--vty_socket" : NULL, options->vty_dir, NULL },
		inside ? reload->wanted : NULL, "frr-reload.py");
}

static void job_program_ended(struct reload *reload, struct vtysh_end *end)
{
	/* Another FRR by now, found by a query: what this one has said is of no use. */
	if (reload->instance != reload->job.place->instance)
		reload_try(reload);
	else
		reload_judge(reload, end);
}

void reload_go_on(struct reload *reload, unsigned int news)
{
	struct job *job = &reload->job;
	bool is_under_way = job->state == JOB_RUNNING || job->state == JOB_PAUSING;
	struct vtysh_end end = { 0 };

	if (is_under_way && (news & PLACE_ENDED)) {
		evpn_wait(&job->err, "FRR's container has ended");
		job_pause(job);
	}
	if (job->state == JOB_RUNNING && (news & PLACE_DAEMON))
		reload->disturbed = true;
	switch (job_go_on(job, news & PLACE_APPEARED, &end)) {
	case JOB_AGAIN:
		reload_try(reload);
		break;
	case JOB_PROGRAM_ENDED:
		job_program_ended(reload, &end);
		break;
	case JOB_NOTHING:
		/* There is no frr-reload.py: the difference is what counts. */
		if (is_under_way && job->outcome < 0 && job->err.code == ENOENT && reload->stage == RELOAD_FRR_RELOAD)
			job->err = reload->why;
		break;
	}
	vtysh_end_clear(&end);
}
