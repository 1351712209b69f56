/* SPDX-License-Identifier: Apache-2.0 */
/* reloader_serve.c - see reloader.h; the protocol is described in evpn-reloader(8) */
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

#include "reloader.h"

/* More than these wait in the kernel's backlog. */
#define N_CLIENTS 8
/* A client that sends nothing, or does not take its answer, is dropped after so long. */
#define CLIENT_LIMIT_MS 5000

enum client_state { CLIENT_FREE, CLIENT_READING, CLIENT_WAITING, CLIENT_WATCHING, CLIENT_WRITING };

struct client {
	enum client_state state;
	int fd;
	bool denied;
	uint64_t deadline, turn;
	char line[WIRE_LINE_SIZE];
	size_t len;
	struct request request; /* WAITING: for this */
	/* WRITING */
	struct text answer;
	size_t sent;
};

struct server {
	const struct options *options;
	struct listener *listener;
	int signals;
	bool ending;
	struct client clients[N_CLIENTS];
	uint64_t turns;
	struct daemons daemons;
	struct job job;
	const struct client *owner; /* whose show is running; NULL when he has left */
	struct job last; /* the last reload, for who asks again */
	unsigned long requests, tests, reloads, shows, denied;
};

static const char *status_word(enum status status)
{
	static const char *const words[] = { "ok", "notready", "refused", "failed", "denied", "invalid" };

	return words[status];
}

static void drop(struct server *server, struct client *client)
{
	if (server->owner == client)
		server->owner = NULL;
	close(client->fd);
	text_free(&client->answer);
	memset(client, 0, sizeof(*client));
}

static void write_answer(struct server *server, struct client *client)
{
	while (client->sent < client->answer.len) {
		ssize_t n = send(client->fd, client->answer.data + client->sent, client->answer.len - client->sent,
				 MSG_NOSIGNAL);

		if (n < 0 && errno == EAGAIN)
			return;
		if (n < 0)
			break;
		client->sent += (size_t)n;
		client->deadline = wire_now_ms() + CLIENT_LIMIT_MS;
	}
	drop(server, client);
}

static void answer(struct server *server, struct client *client, const struct result *result, const char *generation)
{
	const size_t max = WIRE_BODY_MAX + WIRE_LINE_SIZE;
	const struct text *body = &result->body;

	text_printf(&client->answer, max, "%s%s duration_ms=%llu generation=%s changed=%d length=%zu\n", WIRE_HELLO,
		    status_word(result->status), (unsigned long long)result->duration_ms, generation, result->changed,
		    body->len);
	text_append(&client->answer, body->data ? body->data : "", body->len, max);
	client->state = CLIENT_WRITING;
	client->deadline = wire_now_ms() + CLIENT_LIMIT_MS;
	write_answer(server, client);
}

static void answer_text(struct server *server, struct client *client, enum status status, const char *text)
{
	struct result result = { .status = status };

	text_printf(&result.body, WIRE_LINE_SIZE, "%s\n", text);
	answer(server, client, &result, "-");
	text_free(&result.body);
}

static void answer_status(struct server *server, struct client *client)
{
	const struct job *last = &server->last;
	struct result result = { .status = STATUS_OK };

	text_printf(&result.body, WIRE_LINE_SIZE,
		    "requests=%lu\ntests=%lu\nreloads=%lu\nshows=%lu\ndenied=%lu\nrunning=%s\n"
		    "last_generation=%s\nlast_status=%s\nlast_duration_ms=%llu\n",
		    server->requests, server->tests, server->reloads, server->shows, server->denied,
		    server->job.kind == JOB_RELOAD ? "reload"
		    : server->job.kind == JOB_SHOW ? "show"
						   : "-",
		    last->done ? last->generation : "-", last->done ? status_word(last->result.status) : "-",
		    (unsigned long long)last->result.duration_ms);
	answer(server, client, &result, "-");
	text_free(&result.body);
}

static bool wants_reload(const struct client *client, const struct job *job)
{
	return job->kind == JOB_RELOAD && client->request.kind == JOB_RELOAD &&
	       strcmp(client->request.generation, job->generation) == 0 && strcmp(client->request.sum, job->sum) == 0;
}

/* Who waits for FRR asks again and again: said once is enough. */
static bool is_same_wait(const struct job *job, const struct job *last)
{
	return job->result.status == STATUS_NOTREADY && last->done && last->result.status == STATUS_NOTREADY &&
	       strcmp(job->generation, last->generation) == 0 &&
	       strcmp(job->result.body.data, last->result.body.data) == 0;
}

/* The job has its result: to everybody who waits for it. */
static void deliver(struct server *server)
{
	struct job *job = &server->job;

	if (job->kind == JOB_RELOAD && !is_same_wait(job, &server->last))
		say("reload %s: %s%s in %llu ms%s%s", job->generation, status_word(job->result.status),
		    job->result.status == STATUS_OK && !job->result.changed ? " (nothing to do)" : "",
		    (unsigned long long)job->result.duration_ms, job->result.body.len ? ": " : "",
		    job->result.body.len ? job->result.body.data : "");
	for (size_t i = 0; i < N_CLIENTS; i++) {
		struct client *client = &server->clients[i];

		if (client->state == CLIENT_WAITING && (client == server->owner || wants_reload(client, job)))
			answer(server, client, &job->result, job->kind == JOB_RELOAD ? job->generation : "-");
	}
	server->owner = NULL;
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

static void start(struct server *server, struct client *client)
{
	const struct job *last = &server->last;

	/* FRR may be up by now: "not ready" is no result to remember. */
	if (wants_reload(client, last) && last->result.status != STATUS_NOTREADY) {
		answer(server, client, &last->result, last->generation);
	} else if (client->request.kind == JOB_RELOAD) {
		job_start_reload(&server->job, server->options, &server->daemons, client->request.generation,
				 client->request.sum);
		server->tests += server->job.tool.pid != 0;
	} else {
		server->owner = client;
		server->shows++;
		job_start_show(&server->job, server->options, client->request.command);
	}
}

/* FRR has lost what it had loaded: whoever watches is told. */
static void tell_watchers(struct server *server)
{
	for (size_t i = 0; server->daemons.lost && i < N_CLIENTS; i++)
		if (server->clients[i].state == CLIENT_WATCHING)
			answer_text(server, &server->clients[i], STATUS_OK, server->daemons.why);
}

/* Runs what is next, until something runs or nobody waits. */
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
		start(server, next);
	}
}

static void handle_line(struct server *server, struct client *client)
{
	const char *why = "";
	enum status status = STATUS_DENIED;

	server->requests++;
	if (client->denied)
		why = "only root and the user that evpn-reloader runs as may ask";
	else
		status = request_parse(client->line, server->options, &client->request, &why);
	if (status == STATUS_DENIED)
		server->denied++;
	if (status != STATUS_OK) {
		answer_text(server, client, status, why);
	} else if (client->request.watch) {
		client->state = CLIENT_WATCHING;
	} else if (client->request.kind == JOB_NONE) {
		answer_status(server, client);
	} else {
		client->state = CLIENT_WAITING;
		client->turn = server->turns++;
	}
}

static void read_line(struct server *server, struct client *client)
{
	ssize_t n = recv(client->fd, client->line + client->len, sizeof(client->line) - 1 - client->len, 0);
	char *end;

	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0) {
		drop(server, client);
		return;
	}
	client->len += (size_t)n;
	client->line[client->len] = '\0';
	end = strchr(client->line, '\n');
	if (end) {
		*end = '\0';
		if (end > client->line && end[-1] == '\r')
			end[-1] = '\0';
		handle_line(server, client);
	} else if (client->len == sizeof(client->line) - 1 || strlen(client->line) != client->len) {
		server->requests++;
		answer_text(server, client, STATUS_INVALID, "the request is too long, or no text");
	}
}

static struct client *free_client(struct server *server)
{
	for (size_t i = 0; i < N_CLIENTS; i++)
		if (server->clients[i].state == CLIENT_FREE)
			return &server->clients[i];
	return NULL;
}

static void accept_clients(struct server *server)
{
	struct client *client;
	bool denied;
	int fd;

	while ((client = free_client(server)) && (fd = listener_accept(server->listener, &denied)) >= 0) {
		client->fd = fd;
		client->denied = denied;
		client->state = CLIENT_READING;
		client->deadline = wire_now_ms() + CLIENT_LIMIT_MS;
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
	/* All of them: as a container's first process we inherit the orphans. */
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		if (pid == server->job.tool.pid)
			job_go_on(&server->job, server->options, status);
}

/* It is the client's move, and he has only so long for it. */
static bool is_timed(const struct client *client)
{
	return client->state == CLIENT_READING || client->state == CLIENT_WRITING;
}

static void check_time(struct server *server)
{
	uint64_t now = wire_now_ms();

	if (server->job.kind != JOB_NONE && !server->job.done && now >= server->job.deadline)
		job_expire(&server->job, server->options);
	for (size_t i = 0; i < N_CLIENTS; i++) {
		struct client *client = &server->clients[i];

		if (is_timed(client) && now >= client->deadline)
			drop(server, client);
	}
}

static int poll_timeout(const struct server *server)
{
	uint64_t first = server->job.kind != JOB_NONE ? server->job.deadline : UINT64_MAX, now = wire_now_ms();

	for (size_t i = 0; i < N_CLIENTS; i++) {
		const struct client *client = &server->clients[i];

		if (is_timed(client) && client->deadline < first)
			first = client->deadline;
	}
	return first == UINT64_MAX ? -1 : first <= now ? 0 : (int)(first - now) + 1;
}

static void go_on_client(struct server *server, struct client *client, short revents)
{
	if (!revents)
		return;
	if (client->state == CLIENT_READING)
		read_line(server, client);
	else if (client->state == CLIENT_WRITING)
		write_answer(server, client);
	else if (client->state == CLIENT_WAITING || client->state == CLIENT_WATCHING)
		drop(server, client); /* only its leaving is reported */
}

static void turn(struct server *server)
{
	static const short events[] = { [CLIENT_READING] = POLLIN, [CLIENT_WRITING] = POLLOUT };
	struct pollfd fds[4 + N_CLIENTS + DAEMONS_MAX] = { { .fd = server->signals, .events = POLLIN },
							   { .fd = free_client(server) ? server->listener->fd : -1,
							     .events = POLLIN },
							   { .fd = server->job.tool.fd[0], .events = POLLIN },
							   { .fd = server->job.tool.fd[1], .events = POLLIN } };
	size_t n;

	for (size_t i = 0; i < N_CLIENTS; i++) {
		enum client_state state = server->clients[i].state;

		fds[4 + i].fd = state == CLIENT_FREE ? -1 : server->clients[i].fd;
		fds[4 + i].events = state == CLIENT_FREE ? 0 : events[state];
	}
	n = 4 + N_CLIENTS + daemons_poll(&server->daemons, &fds[4 + N_CLIENTS]);
	if (poll(fds, n, poll_timeout(server)) < 0)
		return;
	daemons_look(&server->daemons);
	if (fds[2].revents || fds[3].revents)
		tool_read(&server->job.tool);
	if (fds[0].revents)
		take_signals(server);
	for (size_t i = 0; i < N_CLIENTS; i++)
		go_on_client(server, &server->clients[i], fds[4 + i].revents);
	if (fds[1].revents)
		accept_clients(server);
	check_time(server);
	run_queue(server);
	tell_watchers(server);
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
		say("signalfd: %s", strerror(errno));
		return 1;
	}
	while (!server.ending)
		turn(&server);
	for (size_t i = 0; i < N_CLIENTS; i++)
		if (server.clients[i].state != CLIENT_FREE)
			drop(&server, &server.clients[i]);
	job_free(&server.job);
	job_free(&server.last);
	daemons_free(&server.daemons);
	close(server.signals);
	return 0;
}
