/* SPDX-License-Identifier: Apache-2.0 */
/* reloader_serve.c - the event loop of evpn-reloader, see reloader.h; the protocol is described in evpn-reloader(8) */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "frr-signal/reloader_client.h"

/* Further clients wait in the backlog of the listening socket. */
#define N_CLIENTS 8
/* So many of them may watch: a watcher has nothing to do, and must not keep out a request. */
#define N_WATCHERS 4
struct server {
	const struct options *options;
	struct listener *listener;
	int signals;
	bool ending;
	struct client clients[N_CLIENTS];
	uint64_t turns;
	uint64_t opened;
	struct daemons daemons;
	struct job job;
	struct job last; /* the last reload: its result is the answer to the same request */
	unsigned long requests, tests, reloads, shows, asks, denied;
};

static void answer_status(const struct server *server, struct client *client)
{
	const struct job *last = &server->last;
	struct result result = { .status = STATUS_OK };

	text_printf(&result.body, PROTOCOL_LINE_SIZE,
		    "requests=%lu\ntests=%lu\nreloads=%lu\nshows=%lu\nasks=%lu\ndenied=%lu\nrunning=%s\n"
		    "last_generation=%s\nlast_status=%s\nlast_duration_ms=%lld\n",
		    server->requests, server->tests, server->reloads, server->shows, server->asks, server->denied,
		    server->job.kind == JOB_RELOAD ? "reload"
		    : server->job.kind == JOB_SHOW ? "show"
						   : "-",
		    last->done ? last->generation : "-", last->done ? client_status_word(last->result.status) : "-",
		    (long long)last->result.duration_ms);
	client_answer(client, &result, "-");
	text_free(&result.body);
}

static bool wants_reload(const struct client *client, const struct job *job)
{
	return job->kind == JOB_RELOAD && client->request.kind == JOB_RELOAD &&
	       strcmp(client->request.generation, job->generation) == 0 && strcmp(client->request.sum, job->sum) == 0;
}

/* The plugin repeats its request while FRR is not ready: log the same result only once. */
static bool is_same_wait(const struct job *job, const struct job *last)
{
	return job->result.status == STATUS_NOTREADY && last->done && last->result.status == STATUS_NOTREADY &&
	       strcmp(job->generation, last->generation) == 0 &&
	       strcmp(job->result.body.data, last->result.body.data) == 0;
}

/* The job has ended: sends its result to all clients that wait for it. */
static void deliver(struct server *server)
{
	struct job *job = &server->job;

	if (job->kind == JOB_RELOAD && !is_same_wait(job, &server->last))
		reloader_log("reload %s: %s%s in %lld ms%s%s", job->generation, client_status_word(job->result.status),
			     job->result.status == STATUS_OK && !job->result.changed ? " (no difference)" : "",
			     (long long)job->result.duration_ms, job->result.body.len ? ": " : "",
			     job->result.body.len ? job->result.body.data : "");
	for (size_t i = 0; i < N_CLIENTS; i++) {
		struct client *client = &server->clients[i];

		if (client->state == CLIENT_WAITING && (client->show_runs || wants_reload(client, job)))
			client_answer(client, &job->result, job->kind == JOB_RELOAD ? job->generation : "-");
	}
	tool_free(&job->tool);
	if (job->kind == JOB_RELOAD) {
		if (job->result.changed)
			server->reloads++;
		job_free(&server->last);
		server->last = *job;
		*job = (struct job)JOB_IDLE;
	} else {
		job_free(job);
	}
}

static void start_request(struct server *server, struct client *client)
{
	const struct job *last = &server->last;

	/* "notready" is not remembered: FRR may be ready by now. */
	if (wants_reload(client, last) && last->result.status != STATUS_NOTREADY) {
		client_answer(client, &last->result, last->generation);
	} else if (client->request.kind == JOB_RELOAD) {
		job_start_reload(&server->job, server->options, &server->daemons, client->request.generation,
				 client->request.sum, &server->last);
		server->tests += server->job.tool.pid != 0;
	} else {
		client->show_runs = true;
		server->shows++;
		job_start_show(&server->job, server->options, client->request.command);
	}
}

/* Answers the clients that watch if FRR may have lost its configuration. */
static void notify_watchers(struct server *server)
{
	for (size_t i = 0; server->daemons.lost && i < N_CLIENTS; i++)
		if (server->clients[i].state == CLIENT_WATCHING)
			client_answer_text(&server->clients[i], STATUS_OK, server->daemons.why);
}

/* Starts the next requests in the queue, until a job runs or the queue is empty. */
static void run_queue(struct server *server)
{
	for (;;) {
		struct client *next = NULL;

		if (server->job.done)
			deliver(server);
		if (server->job.kind != JOB_NONE)
			return;
		for (size_t i = 0; i < N_CLIENTS; i++) {
			struct client *client = &server->clients[i];

			if (client->state == CLIENT_WAITING && (!next || client->turn < next->turn))
				next = client;
		}
		if (!next)
			return;
		start_request(server, next);
	}
}

static struct client *oldest_client(struct server *server, enum client_state state, size_t *ret_n)
{
	struct client *oldest = NULL;

	*ret_n = 0;
	for (size_t i = 0; i < N_CLIENTS; i++) {
		struct client *client = &server->clients[i];

		if (client->state != state)
			continue;
		(*ret_n)++;
		if (!oldest || client->opened < oldest->opened)
			oldest = client;
	}
	return oldest;
}

/* Makes room for one more. A watcher whose connection ends connects again. */
static void drop_watcher(struct server *server)
{
	size_t n;
	struct client *oldest = oldest_client(server, CLIENT_WATCHING, &n);

	if (n >= N_WATCHERS)
		client_close(oldest);
}

static void handle_line(struct server *server, struct client *client)
{
	const char *why = "";
	enum status status = STATUS_DENIED;

	server->requests++;
	if (client->denied)
		why = "only root and the user of evpn-reloader may send requests";
	else
		status = request_parse(client->line, server->options, &client->request, &why);
	if (status == STATUS_DENIED)
		server->denied++;
	if (status != STATUS_OK) {
		client_answer_text(client, status, why);
	} else if (client->request.watch) {
		drop_watcher(server);
		client->state = CLIENT_WATCHING;
	} else if (client->request.asks) {
		server->asks++;
		ask_begin(client, &server->daemons);
	} else if (client->request.kind == JOB_NONE) {
		answer_status(server, client);
	} else {
		client->state = CLIENT_WAITING;
		client->turn = server->turns++;
	}
}

static void read_request(struct server *server, struct client *client)
{
	switch (client_read(client)) {
	case CLIENT_LINE_INCOMPLETE:
		break;
	case CLIENT_LINE_COMPLETE:
		handle_line(server, client);
		break;
	case CLIENT_LINE_INVALID:
		server->requests++;
		client_answer_text(client, STATUS_INVALID, "the request is too long or contains NUL bytes");
		break;
	}
}

static struct client *free_client(struct server *server)
{
	for (size_t i = 0; i < N_CLIENTS; i++)
		if (server->clients[i].state == CLIENT_FREE)
			return &server->clients[i];
	return NULL;
}

/* The client that has kept its place for the longest time without a request; NULL: all others have work under way. */
static struct client *idle_client(struct server *server)
{
	size_t n;
	struct client *client = oldest_client(server, CLIENT_READING, &n);

	return client ? client : oldest_client(server, CLIENT_WATCHING, &n);
}

/*
 * A new client takes the place of an idle one. Its request is read at once: it is there already, and the client must not be the
 * next idle one.
 */
static void accept_clients(struct server *server)
{
	struct client *client;
	bool denied;
	int fd;

	while ((free_client(server) || idle_client(server)) && (fd = listener_accept(server->listener, &denied)) >= 0) {
		if (!free_client(server))
			client_close(idle_client(server));
		client = free_client(server);
		client_open(client, fd, denied);
		client->opened = server->opened++;
		read_request(server, client);
	}
}

static void take_signals(struct server *server)
{
	struct signalfd_siginfo info;
	pid_t pid;
	int status;

	while (read(server->signals, &info, sizeof(info)) == sizeof(info))
		if (info.ssi_signo != SIGCHLD)
			server->ending = true;
	/* Reap all children: as the first process of a container evpn-reloader inherits orphans. */
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		if (pid == server->job.tool.pid)
			job_tool_ended(&server->job, server->options, status);
}

static void check_time(struct server *server)
{
	int64_t now = clock_ms();

	if (server->job.kind != JOB_NONE && !server->job.done && now >= server->job.deadline)
		job_expire(&server->job, server->options);
	for (size_t i = 0; i < N_CLIENTS; i++) {
		struct client *client = &server->clients[i];

		if (client_is_timed(client) && now >= client->deadline)
			client_close(client);
		else if (client->state == CLIENT_ASKING && now >= vty_due_ms(&client->vty))
			ask_handle(client);
	}
}

static int poll_timeout(const struct server *server)
{
	int64_t first = server->job.kind != JOB_NONE ? server->job.deadline : INT64_MAX, now = clock_ms();

	for (size_t i = 0; i < N_CLIENTS; i++) {
		const struct client *client = &server->clients[i];
		int64_t due = client_is_timed(client)	       ? client->deadline
			      : client->state == CLIENT_ASKING ? vty_due_ms(&client->vty)
							       : INT64_MAX;

		if (due < first)
			first = due;
	}
	return first == INT64_MAX ? -1 : first <= now ? 0 : (int)(first - now) + 1;
}

static void handle_client(struct server *server, struct client *client, short revents)
{
	if (!revents)
		return;
	if (client->state == CLIENT_READING)
		read_request(server, client);
	else if (client->state == CLIENT_WRITING)
		client_write(client);
	else if (client->state == CLIENT_WAITING || client->state == CLIENT_ASKING || client->state == CLIENT_WATCHING)
		client_close(
			client); /* no events were requested, so poll() reports that the client closed the connection */
}

static void run_once(struct server *server)
{
	static const short events[] = { [CLIENT_READING] = POLLIN, [CLIENT_WRITING] = POLLOUT };
	struct pollfd fds[4 + 2 * N_CLIENTS + DAEMONS_MAX] = {
		{ .fd = server->signals, .events = POLLIN },
		{ .fd = free_client(server) || idle_client(server) ? server->listener->fd : -1, .events = POLLIN },
		{ .fd = server->job.tool.fd[0], .events = POLLIN },
		{ .fd = server->job.tool.fd[1], .events = POLLIN }
	};
	struct pollfd *questions = &fds[4 + N_CLIENTS];
	size_t n;

	for (size_t i = 0; i < N_CLIENTS; i++) {
		enum client_state state = server->clients[i].state;

		fds[4 + i].fd = state == CLIENT_FREE ? -1 : server->clients[i].fd;
		fds[4 + i].events = state == CLIENT_FREE ? 0 : events[state];
		questions[i].fd = state == CLIENT_ASKING ? server->clients[i].vty.fd : -1;
		questions[i].events = POLLIN;
	}
	n = 4 + 2 * N_CLIENTS + daemons_poll(&server->daemons, questions + N_CLIENTS);
	if (poll(fds, n, poll_timeout(server)) < 0)
		return;
	daemons_check(&server->daemons);
	if (fds[2].revents || fds[3].revents)
		tool_read(&server->job.tool);
	if (fds[0].revents)
		take_signals(server);
	for (size_t i = 0; i < N_CLIENTS; i++) {
		handle_client(server, &server->clients[i], fds[4 + i].revents);
		if (questions[i].revents && server->clients[i].state == CLIENT_ASKING)
			ask_handle(&server->clients[i]);
	}
	if (fds[1].revents)
		accept_clients(server);
	check_time(server);
	run_queue(server);
	notify_watchers(server);
}

int serve(struct listener *listener, const struct options *options)
{
	struct server server = { .options = options, .listener = listener, .job = JOB_IDLE, .last = JOB_IDLE };
	sigset_t set;

	if (daemons_init(&server.daemons, options) < 0)
		return 2;
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	server.signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (server.signals < 0) {
		reloader_log("signalfd: %s", strerror(errno));
		return 1;
	}
	while (!server.ending)
		run_once(&server);
	for (size_t i = 0; i < N_CLIENTS; i++)
		if (server.clients[i].state != CLIENT_FREE)
			client_close(&server.clients[i]);
	job_free(&server.job);
	job_free(&server.last);
	daemons_free(&server.daemons);
	close(server.signals);
	return 0;
}
