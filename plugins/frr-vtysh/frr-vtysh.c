/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frr-vtysh.c - an frr plugin: configures FRR, and asks it, by FRR's own vtysh, with nothing else in the container
 *
 *	place.c    where FRR is, and what happens there
 *	enter.c    how a child gets into the container, and with which rights
 *	vtysh.c    one program, its text and its output
 *	job.c      programs one after another, pauses, time limits
 *	reload.c   from what FRR runs to a file; reload_judge.c; answer.c reads vtysh's output, frrdiff.c makes the difference
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

#include "frr-vtysh/reload.h"

#define DEFAULT_VTY_DIR	   "/var/run/frr"
#define DEFAULT_FRR_RELOAD "/usr/lib/frr/frr-reload.py"
#define COMMAND_MAX	   512

struct frr_vtysh {
	const struct evpn_host *host;
	struct job_options options;
	struct place place;
	struct reload reload;
	uint64_t generation;
	struct job query;
	char command[COMMAND_MAX];
	char *text; /* the query's answer */
	bool delivered; /* the query's outcome was handed out */
};

static int check_path(const char *key, const char *path, struct evpn_error *err)
{
	if (path && (path[0] != '/' || strlen(path) >= PATH_MAX))
		return evpn_fail(err, EINVAL, "%s = \"%s\": an absolute path is needed", key, path);
	return 0;
}

static int take_number(const struct evpn_host *host, unsigned int *ret_seconds, struct evpn_error *err)
{
	const char *text = host->option(host, "timeout");
	char *end;
	long seconds = text ? strtol(text, &end, 10) : 60;

	if (text && (end == text || *end || seconds < 1 || seconds > 86400))
		return evpn_fail(err, EINVAL, "timeout = %s: a number of seconds from 1 to 86400 is expected", text);
	*ret_seconds = (unsigned int)seconds;
	return 0;
}

static int take_options(struct frr_vtysh *self, struct evpn_error *err)
{
	const struct evpn_host *host = self->host;
	struct job_options *options = &self->options;
	const char *fallback = host->option(host, "fallback");

	options->vtysh = host->option(host, "vtysh");
	options->vty_dir = host->option(host, "vty_dir");
	options->daemons = host->option(host, "daemons");
	if (!options->daemons)
		options->daemons = "zebra,bgpd,staticd";
	if (fallback && strcmp(fallback, "true") != 0 && strcmp(fallback, "false") != 0)
		return evpn_fail(err, EINVAL, "fallback = \"%s\": true or false is expected", fallback);
	options->frr_reload = fallback && strcmp(fallback, "false") == 0 ? NULL : DEFAULT_FRR_RELOAD;
	if (!host->option(host, "pidfile") && !options->vty_dir)
		return evpn_fail(
			err, EINVAL,
			"neither `pidfile' is set, the file that podman writes by --pidfile, nor `vty_dir', where "
			"the sockets of FRR's daemons are");
	if (check_path("vtysh", options->vtysh, err) < 0 || check_path("vty_dir", options->vty_dir, err) < 0 ||
	    take_number(host, &options->timeout_s, err) < 0)
		return -1;
	self->place.vty_dir = options->vty_dir ? options->vty_dir : DEFAULT_VTY_DIR;
	return host->option(host, "pidfile") ? pidfile_take_options(&self->place.file, host, "pidfile", err) : 0;
}

static void frr_vtysh_close(void *data)
{
	struct frr_vtysh *self = data;

	reload_free(&self->reload);
	job_free(&self->query);
	place_free(&self->place);
	process_closep(&self->place.epoll);
	free(self->text);
	free(self);
}

static void set_up_job(struct frr_vtysh *self, struct job *job)
{
	*job = (struct job){
		.host = self->host, .options = &self->options, .place = &self->place, .vtysh = VTYSH_IDLE, .timer = -1
	};
}

static int make_parts(struct frr_vtysh *self, struct evpn_error *err)
{
	self->place.epoll = epoll_create1(EPOLL_CLOEXEC);
	if (self->place.epoll < 0)
		return evpn_fail(err, errno, "epoll_create1: %s", strerror(errno));
	if (place_init(&self->place, err) < 0 || reload_init(&self->reload, err) < 0)
		return -1;
	return job_init(&self->query, err);
}

static int frr_vtysh_open(const struct evpn_host *host, void **ret_self, struct evpn_error *err)
{
	struct frr_vtysh *self = calloc(1, sizeof(*self));

	if (!self)
		return evpn_fail(err, ENOMEM, "%s", strerror(ENOMEM));
	self->host = host;
	self->place = (struct place)PLACE_CLOSED;
	set_up_job(self, &self->reload.job);
	set_up_job(self, &self->query);
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

	return self->place.epoll;
}

static void ask(struct frr_vtysh *self)
{
	const char *const args[] = { "-c", self->command, NULL };
	char what[COMMAND_MAX + 16];
	int r = place_find(&self->place, &self->query.err);

	snprintf(what, sizeof(what), "vtysh -c '%s'", self->command);
	if (r < 0)
		job_end(&self->query, -1);
	else if (r == 0)
		job_pause(&self->query);
	else
		job_vtysh(&self->query, args, NULL, what);
}

static void judge_query(struct frr_vtysh *self, struct vtysh_end *end)
{
	struct job *job = &self->query;
	char words[1200] = "";

	if (WIFEXITED(end->status) && WEXITSTATUS(end->status) == 0) {
		self->text = end->out;
		end->out = NULL;
		job_end(job, 1);
	} else if (answer_is_alone(end->err)) {
		evpn_wait(&job->err, "none of FRR's daemons answers vtysh");
		job_pause(job);
	} else {
		answer_quote(words, sizeof(words), end->out);
		answer_quote(words, sizeof(words), end->err);
		evpn_fail(&job->err, EIO, "%s ended with status %d: %s", job->what,
			  WIFEXITED(end->status) ? WEXITSTATUS(end->status) : 128 + WTERMSIG(end->status), words);
		job_end(job, -1);
	}
}

static void query_go_on(struct frr_vtysh *self, unsigned int news)
{
	struct vtysh_end end = { 0 };

	switch (job_go_on(&self->query, news & PLACE_APPEARED, &end)) {
	case JOB_AGAIN:
		ask(self);
		break;
	case JOB_PROGRAM_ENDED:
		judge_query(self, &end);
		break;
	case JOB_NOTHING:
		break;
	}
	vtysh_end_clear(&end);
}

static bool is_under_way(const struct job *job)
{
	return job->state == JOB_RUNNING || job->state == JOB_PAUSING;
}

static int frr_vtysh_on_event(void *data, struct evpn_error *err)
{
	struct frr_vtysh *self = data;
	struct job *jobs[] = { &self->reload.job, &self->query };
	char before[2][sizeof(err->msg)];
	bool was_reloading = is_under_way(&self->reload.job), is_new = false;
	unsigned int news = place_take_news(&self->place);

	for (int i = 0; i < 2; i++)
		snprintf(before[i], sizeof(before[i]), "%d%.2000s", jobs[i]->outcome, jobs[i]->err.msg);
	reload_go_on(&self->reload, news);
	query_go_on(self, news);
	/* A daemon that starts has lost its configuration, or its container all of it. */
	if (!was_reloading && (news & (PLACE_DAEMON | PLACE_ENDED)))
		return EVPN_EVENT_CHANGED;
	for (int i = 0; i < 2; i++) {
		char after[sizeof(before[i])];

		snprintf(after, sizeof(after), "%d%.2000s", jobs[i]->outcome, jobs[i]->err.msg);
		is_new |= strcmp(before[i], after) != 0;
	}
	return is_new ? EVPN_EVENT_RETRY : EVPN_EVENT_NONE;
}

/* 0 and <0 as the callbacks return them. */
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
		return evpn_fail(err, EINVAL, "`%.200s' is no `show' command of one line and less than %d characters",
				 command, COMMAND_MAX);
	free(self->text);
	self->text = NULL;
	self->delivered = false;
	strcpy(self->command, command);
	job_begin(&self->query);
	evpn_wait(&self->query.err, "vtysh -c '%s' is at work", command);
	ask(self);
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

static const char *const options[] = { "pidfile", "cgroup",  "proc",	 "vtysh", "vty_dir",
				       "daemons", "timeout", "fallback", NULL };

EVPN_EXPORT const struct evpn_plugin evpn_plugin_v1 = {
	.struct_size = EVPN_PLUGIN_INIT,
	.name = "frr-vtysh",
	.summary = "configures FRR by its own vtysh, with nothing else in the container",
	.options = options,
	.open = frr_vtysh_open,
	.close = frr_vtysh_close,
	.event_fd = frr_vtysh_event_fd,
	.on_event = frr_vtysh_on_event,
	.reload_frr = frr_vtysh_reload_frr,
	.query_frr = frr_vtysh_query_frr,
};
