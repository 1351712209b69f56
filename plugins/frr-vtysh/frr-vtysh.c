/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frr-vtysh.c - an frr plugin: reloads and queries FRR by FRR's own vtysh, without a sidecar
 *
 *	location.c      where FRR runs, and events there: its container or the sockets of its daemons
 *	container.c     in a child process: enters FRR's container and drops privileges
 *	program.c       runs one program, with its input and output
 *	job.c           runs programs one after another, with pauses and a time limit
 *	reload.c        the steps of a reload; reload_judge.c decides about the next step, reload_undo.c restores after a failure
 *	reading.c       reads FRR's running configuration through the vty sockets
 *	ask.c           asks one daemon through its vty socket
 *	output.c        parses the output of vtysh
 *	frrdiff*.c      the difference between two configurations
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "frr-vtysh/ask.h"
#include "frr-vtysh/reload.h"
#include "evpn-plugin-options.h"

#define DEFAULT_VTY_DIR	   "/var/run/frr"
#define DEFAULT_FRR_RELOAD "/usr/lib/frr/frr-reload.py"
#define TIMEOUT_DEFAULT_S  60
#define TIMEOUT_MAX_S	   86400
#define COMMAND_MAX	   512

struct frr_vtysh {
	const struct evpn_host *host;
	struct job_options options;
	struct location location;
	struct reload reload;
	uint64_t generation;
	struct job query;
	char command[COMMAND_MAX];
	char *text; /* the answer of the query */
	bool delivered; /* evpnd has got the outcome of the query */
	struct ask ask;
};

static int take_options(struct frr_vtysh *self, struct evpn_error *err)
{
	const struct evpn_host *host = self->host;
	struct job_options *options = &self->options;
	bool fallback = true;

	options->daemons = host->option(host, "daemons");
	if (!options->daemons)
		options->daemons = "zebra,bgpd,staticd";
	if (evpn_option_path(host, "vtysh", NULL, &options->vtysh, err) < 0 ||
	    evpn_option_path(host, "vty_dir", NULL, &options->vty_dir, err) < 0 ||
	    evpn_option_bool(host, "fallback", true, &fallback, err) < 0 ||
	    evpn_option_unsigned(host, "timeout", TIMEOUT_DEFAULT_S, 1, TIMEOUT_MAX_S, "seconds", &options->timeout_s,
				 err) < 0)
		return -1;
	options->frr_reload = fallback ? DEFAULT_FRR_RELOAD : NULL;
	if (!host->option(host, "pidfile") && !options->vty_dir)
		return evpn_fail(err, EINVAL,
				 "neither pidfile nor vty_dir is set; set pidfile to the file that podman writes "
				 "(--pidfile), or "
				 "vty_dir to the directory of the sockets of FRR's daemons");
	self->ask.limit_ms = options->timeout_s < VTY_LIMIT_MS / 1000 ? options->timeout_s * 1000 : VTY_LIMIT_MS;
	self->reload.reading.ask.limit_ms = self->ask.limit_ms;
	self->location.vty_dir = options->vty_dir ? options->vty_dir : DEFAULT_VTY_DIR;
	return host->option(host, "pidfile") ? pidfile_take_options(&self->location.file, host, "pidfile", err) : 0;
}

static void frr_vtysh_close(void *data)
{
	struct frr_vtysh *self = data;

	reload_free(&self->reload);
	job_free(&self->query);
	ask_free(&self->ask);
	location_free(&self->location);
	fd_close(&self->location.epoll);
	free(self->text);
	free(self);
}

static void set_up_job(struct frr_vtysh *self, struct job *job)
{
	*job = (struct job){ .host = self->host,
			     .options = &self->options,
			     .location = &self->location,
			     .program = PROGRAM_IDLE,
			     .timer = -1 };
}

static int make_parts(struct frr_vtysh *self, struct evpn_error *err)
{
	self->location.epoll = epoll_create1(EPOLL_CLOEXEC);
	if (self->location.epoll < 0)
		return evpn_fail(err, errno, "epoll_create1: %s", strerror(errno));
	if (location_init(&self->location, err) < 0 || reload_init(&self->reload, err) < 0)
		return -1;
	return job_init(&self->query, err) < 0 ? -1 : ask_init(&self->ask, err);
}

static int frr_vtysh_open(const struct evpn_host *host, void **ret_self, struct evpn_error *err)
{
	struct frr_vtysh *self = calloc(1, sizeof(*self));

	if (!self)
		return evpn_fail(err, ENOMEM, "%s", strerror(ENOMEM));
	self->host = host;
	self->location = (struct location)LOCATION_CLOSED;
	set_up_job(self, &self->reload.job);
	self->reload.reading = (struct reading)READING_IDLE;
	self->reload.reading.ask.location = &self->location;
	set_up_job(self, &self->query);
	self->ask = (struct ask){ .location = &self->location, .vty = VTY_CLOSED, .timer = -1 };
	if (take_options(self, err) < 0 || make_parts(self, err) < 0) {
		frr_vtysh_close(self);
		return -1;
	}
	*ret_self = self;
	return 0;
}

static int frr_vtysh_event_fd(void *data)
{
	const struct frr_vtysh *self = data;

	return self->location.epoll;
}

static void start_query(struct frr_vtysh *self)
{
	const char *const args[] = { "-c", self->command, NULL };
	char what[COMMAND_MAX + 16];
	int r = location_find(&self->location, &self->query.err);

	snprintf(what, sizeof(what), "vtysh -c '%s'", self->command);
	if (r < 0)
		job_end(&self->query, -1);
	else if (r == 0)
		job_pause(&self->query);
	else
		job_run_vtysh(&self->query, args, NULL, what);
}

static void judge_query(struct frr_vtysh *self, struct program_end *end)
{
	struct job *job = &self->query;
	char words[1200] = "";

	if (WIFEXITED(end->status) && WEXITSTATUS(end->status) == 0) {
		self->text = end->out;
		end->out = NULL;
		job_end(job, 1);
	} else if (output_has_no_daemons(end->err)) {
		evpn_wait(&job->err, "none of FRR's daemons answers vtysh");
		job_pause(job);
	} else {
		output_quote(words, sizeof(words), end->out);
		output_quote(words, sizeof(words), end->err);
		evpn_fail(&job->err, EIO, "%s ended with status %d: %s", job->what,
			  WIFEXITED(end->status) ? WEXITSTATUS(end->status) : 128 + WTERMSIG(end->status), words);
		job_end(job, -1);
	}
}

static void query_handle_event(struct frr_vtysh *self, unsigned int events)
{
	struct program_end end = { 0 };

	switch (job_handle_event(&self->query, events & LOCATION_APPEARED, &end)) {
	case JOB_AGAIN:
		start_query(self);
		break;
	case JOB_PROGRAM_ENDED:
		judge_query(self, &end);
		break;
	case JOB_NOTHING:
		break;
	}
	program_end_clear(&end);
}

static bool is_under_way(const struct job *job)
{
	return job->state == JOB_RUNNING || job->state == JOB_PAUSING;
}

static int frr_vtysh_on_event(void *data, struct evpn_error *err)
{
	struct frr_vtysh *self = data;
	struct job *jobs[] = { &self->reload.job, &self->query };
	struct job_report before[2];
	bool was_reloading = is_under_way(&self->reload.job), is_new;
	unsigned int events = location_take_events(&self->location);

	for (int i = 0; i < 2; i++)
		before[i] = job_report(jobs[i]);
	reload_handle_event(&self->reload, events);
	query_handle_event(self, events);
	is_new = ask_handle_event(&self->ask, events);
	/* A daemon that has just started, or a container that has ended, has lost its configuration. */
	if (!was_reloading && (events & (LOCATION_DAEMON | LOCATION_ENDED)))
		return EVPN_EVENT_CHANGED;
	for (int i = 0; i < 2; i++)
		is_new |= job_has_changed(jobs[i], &before[i]);
	return is_new ? EVPN_EVENT_RETRY : EVPN_EVENT_NONE;
}

/* The result of the job for evpnd, as callbacks return it. */
static int look(const struct job *job, struct evpn_error *err)
{
	if (job->outcome <= 0)
		*err = job->err;
	return job->outcome;
}

static int frr_vtysh_reload_frr(void *data, const char *conf_path, uint64_t generation, struct evpn_error *err)
{
	struct frr_vtysh *self = data;

	if (self->reload.job.state == JOB_IDLE || self->generation != generation) {
		if (reload_begin(&self->reload, conf_path, err) < 0)
			return -1;
		self->generation = generation;
	}
	return look(&self->reload.job, err);
}

static int begin_query(struct frr_vtysh *self, const char *command, struct evpn_error *err)
{
	if (strncmp(command, "show ", 5) != 0 || strlen(command) >= sizeof(self->command) || strchr(command, '\n'))
		return evpn_fail(
			err, EINVAL,
			"command `%.200s': must be one line of less than %d characters that begins with `show '",
			command, COMMAND_MAX);
	free(self->text);
	self->text = NULL;
	self->delivered = false;
	strcpy(self->command, command);
	job_begin(&self->query);
	evpn_wait(&self->query.err, "waits for the answer of vtysh -c '%s'", command);
	start_query(self);
	return 0;
}

static int frr_vtysh_query_frr(void *data, const char *command, const char **ret_text, struct evpn_error *err)
{
	struct frr_vtysh *self = data;
	bool is_same = self->query.state != JOB_IDLE && !self->delivered && strcmp(self->command, command) == 0;
	int r;

	if (!is_same && begin_query(self, command, err) < 0)
		return -1;
	r = look(&self->query, err);
	self->delivered = r != 0;
	if (r > 0)
		*ret_text = self->text;
	return r;
}

static int frr_vtysh_ask_daemon(void *data, const char *daemon, const char *command, const char **ret_text,
				struct evpn_error *err)
{
	struct frr_vtysh *self = data;

	return ask_daemon(&self->ask, daemon, command, ret_text, err);
}

static const char *const options[] = { "pidfile", "cgroup",  "proc",	 "vtysh", "vty_dir",
				       "daemons", "timeout", "fallback", NULL };

EVPN_EXPORT const struct evpn_plugin evpn_plugin_v1 = {
	.struct_size = EVPN_PLUGIN_INIT,
	.name = "frr-vtysh",
	.summary = "reloads and queries FRR by FRR's own vtysh, without a sidecar",
	.options = options,
	.open = frr_vtysh_open,
	.close = frr_vtysh_close,
	.event_fd = frr_vtysh_event_fd,
	.on_event = frr_vtysh_on_event,
	.reload_frr = frr_vtysh_reload_frr,
	.query_frr = frr_vtysh_query_frr,
	.ask_daemon = frr_vtysh_ask_daemon,
};
