/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reloader.h - the parts of evpn-reloader, the sidecar that runs beside FRR
 *
 *	reloader.c         options, then serve()
 *	reloader_serve.c   the loop: clients, the queue, what was answered last
 *	reloader_listen.c  the listening socket, and who may speak to it
 *	reloader_request.c what a client's line asks for, and whether it may
 *	reloader_daemons.c FRR's daemons: are they up, has one ended
 *	reloader_job.c     a reload or a show: which tool to run, and what its end means
 *	reloader_tool.c    runs a program, collects its output
 *	reloader_text.c    a growing text; FRR's own words out of frr-reload.py's output
 *
 * poll() is its loop and libc all that it needs: it has to run in FRR's image, whatever that is made of. It writes
 * nothing to disk. One client's demand runs at a time; the others wait in the order in which they came.
 */
#ifndef RELOADER_H
#define RELOADER_H

#include <poll.h>
#include <sys/types.h>

#include "reloader_protocol.h"

struct options {
	const char *listen;
	bool allow_remote, allow_running_config;
	const char *frr_reload, *bindir, *confdir, *rundir, *vty_socket, *pathspace, *config, *daemons;
	unsigned int timeout_s;
};

/* A text that grows up to a limit; what comes after is dropped and `cut` says so. Always ended by NUL once not empty. */
struct text {
	char *data;
	size_t len, size;
	bool cut;
};

void text_append(struct text *text, const char *data, size_t len, size_t max);
void text_printf(struct text *text, size_t max, const char *format, ...) __attribute__((format(printf, 3, 4)));
void text_free(struct text *text);
bool text_has(const struct text *text, const char *word);

/* What FRR said, without the noise of the tools between it and us: no log prefixes, colours, or line said twice. */
void text_quote(struct text *to, const struct text *from, size_t max);

/* A program in a process group of its own, with its output collected. */
struct tool {
	pid_t pid; /* 0: none runs */
	int fd[2]; /* its stdout and stderr */
	struct text output[2];
	size_t max; /* of output kept */
};

#define TOOL_NONE                \
	{                        \
		.fd = { -1, -1 } \
	}

/* Returns 0, or a positive errno. */
int tool_start(struct tool *tool, const char *const argv[], size_t max);
void tool_read(struct tool *tool);
/* Kills the whole group, and does not wait: a process that the kernel holds must not hold us. */
void tool_kill(struct tool *tool);
void tool_free(struct tool *tool);

#define DAEMONS_MAX 24

struct daemon {
	char name[32];
	int fd; /* -1: not held */
};

/*
 * FRR's daemons that have to be up. A connection to each one's vty socket is held: it takes a daemon that listens to get
 * one, and it ends when the daemon does, whoever ends it, in whatever PID namespace.
 */
struct daemons {
	const char *dir, *pathspace; /* the options' texts */
	struct daemon items[DAEMONS_MAX];
	size_t n;
	bool lost; /* FRR may not run what it was last made to load */
	char why[96];
};

/* The names in options->daemons. Nothing is held yet, and FRR counts as lost. */
int daemons_init(struct daemons *daemons, const struct options *options);

/* Holds all that are not held; 0, or the errno of the first that cannot be, whose name is *ret_missing. */
int daemons_hold(struct daemons *daemons, const char **ret_missing);

/* Sees which ones have ended. */
void daemons_look(struct daemons *daemons);

/* Fills in fds, DAEMONS_MAX of them at most; returns how many. Any event is for daemons_look. */
size_t daemons_poll(const struct daemons *daemons, struct pollfd *fds);

void daemons_free(struct daemons *daemons);

enum status { STATUS_OK, STATUS_NOTREADY, STATUS_REFUSED, STATUS_FAILED, STATUS_DENIED, STATUS_INVALID };

struct result {
	enum status status;
	uint64_t duration_ms;
	bool changed; /* frr-reload.py --reload ran */
	struct text body;
};

enum job_kind { JOB_NONE, JOB_RELOAD, JOB_SHOW };

struct job {
	enum job_kind kind;
	struct daemons *daemons; /* of a reload; the server's */
	bool applying; /* past --test: --reload runs */
	bool done; /* the result is there */
	char generation[WIRE_GENERATION_SIZE], sum[WIRE_SUM_SIZE], command[WIRE_LINE_SIZE];
	struct tool tool;
	uint64_t started, deadline;
	struct result result;
};

#define JOB_IDLE                   \
	{                          \
		.tool = TOOL_NONE, \
	}

/* sum: of the file that FRR shall run, or "" for whatever it is. Both may be done at once: look at job->done. */
void job_start_reload(struct job *job, const struct options *options, struct daemons *daemons, const char *generation,
		      const char *sum);
void job_start_show(struct job *job, const struct options *options, const char *command);
/* The tool has ended with this wait status: the next tool, or the result. */
void job_go_on(struct job *job, const struct options *options, int wait_status);
void job_expire(struct job *job, const struct options *options);
void job_free(struct job *job);

/* What a client asks for. */
struct request {
	enum job_kind kind; /* JOB_NONE: the status, or to be told when FRR is lost */
	bool watch;
	char generation[WIRE_GENERATION_SIZE], sum[WIRE_SUM_SIZE];
	const char *command; /* in the line */
};

/* STATUS_OK, or what the client is to be told, with the reason. */
enum status request_parse(const char *line, const struct options *options, struct request *ret_request,
			  const char **ret_why);

/* The listening socket; where a unix socket stands and which one it is, to remove that one and no other. */
struct listener {
	int fd;
	char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
	dev_t dev;
	ino_t ino;
};

int listener_open(struct listener *listener, const struct options *options);
void listener_close(struct listener *listener);
/* The next client, or -1. *ret_denied: it is another user's, and is to be told so. */
int listener_accept(const struct listener *listener, bool *ret_denied);

/* Serves until SIGTERM or SIGINT; returns the exit status. */
int serve(struct listener *listener, const struct options *options);

/* One line on stderr. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
