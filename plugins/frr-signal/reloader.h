/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reloader.h - the parts of evpn-reloader, the sidecar that runs beside FRR
 *
 *	reloader.c         command line
 *	reloader_serve.c   event loop, queue of requests, result of the last reload
 *	reloader_client.c  one client's connection: reads its request, sends the answer
 *	reloader_listen.c  listening socket and access control
 *	reloader_request.c parses a request and checks whether it is allowed
 *	reloader_daemons.c connections to FRR's daemons: do they run, has one ended
 *	reloader_ask.c     a question to one daemon through its vty socket (lib/vty.c)
 *	reloader_job.c     a reload or a show: runs the tools and interprets their results
 *	reloader_run.c     the tools' arguments
 *	reloader_dir.c     a directory with a configuration for the tools
 *	reloader_interfaces.c  keeps frr-reload.py from deleting interfaces that exist
 *	reloader_shared.c  before a reload: gives a daemon that was restarted alone the route-maps that only others still have
 *	reloader_restore.c after a reload that failed: restores FRR's former configuration, and verifies that
 *	reloader_config.c  compares two configurations of FRR
 *	reloader_tool.c    runs a program and collects its output
 *	reloader_text.c    growing text; extracts FRR's messages from the output of frr-reload.py
 *
 * evpn-reloader must run in any FRR image, so it uses poll() and needs only libc. It writes nothing to disk but the
 * former configuration while it restores that, what daemons have lost, and a new configuration without an interface that FRR has
 * settings of. It runs one tool at a time; further requests for one wait in the order in which they arrived. Questions to daemons do not wait.
 */
#ifndef RELOADER_H
#define RELOADER_H

#include <limits.h>
#include <poll.h>
#include <sys/types.h>

#include "frr-signal/reloader_protocol.h"
#include "lib/clock.h"
#include "lib/fd.h"
#include "lib/vty.h"

struct options {
	const char *listen;
	bool allow_remote, allow_running_config;
	const char *frr_reload, *bindir, *confdir, *rundir, *vty_socket, *pathspace, *config, *daemons;
	unsigned int timeout_s;
};

/*
 * A text that grows up to a limit; the rest is dropped and `cut` is set. Unless it is empty, data is terminated by NUL.
 */
struct text {
	char *data;
	size_t len, size;
	bool cut;
};

void text_append(struct text *text, const char *data, size_t len, size_t max);
void text_printf(struct text *text, size_t max, const char *format, ...) __attribute__((format(printf, 3, 4)));
void text_free(struct text *text);
bool text_has(const struct text *text, const char *word);

/* Appends FRR's messages from the output of a tool: without log prefixes, colours and repeated lines. */
void text_quote(struct text *to, const struct text *from, size_t max);

/* A running program, in its own process group, and its output. */
struct tool {
	pid_t pid; /* 0: no program is running */
	int fd[2]; /* its stdout and stderr */
	struct text output[2];
	size_t max; /* limit of each output in bytes */
};

#define TOOL_NONE                \
	{                        \
		.fd = { -1, -1 } \
	}

/* Starts the program. Returns 0, or a positive errno value. */
int tool_start(struct tool *tool, const char *const argv[], size_t max);
void tool_read(struct tool *tool);
/* Kills the process group without waiting: a process in uninterruptible sleep must not block evpn-reloader. */
void tool_kill(struct tool *tool);
void tool_free(struct tool *tool);

#define DAEMONS_MAX 24

struct daemon {
	char name[32];
	int fd; /* -1: not connected */
};

/*
 * FRR's daemons that must run, with a connection to the vty socket of each one. The connection succeeds only if the
 * daemon listens, and it ends when the daemon ends, even in another pid namespace.
 */
struct daemons {
	const char *dir, *pathspace; /* from the options */
	struct daemon items[DAEMONS_MAX];
	size_t n;
	bool lost; /* FRR may not run the configuration of the last reload; `why` says why */
	bool lost_shared; /* one may lack what others still have; until it has got that again */
	char why[96];
};

/*
 * Takes the names from options->daemons. No connection is open yet, and `lost` is set. Returns 0, or -1 after a log
 * line.
 */
int daemons_init(struct daemons *daemons, const struct options *options);

/* Connects to all daemons. Returns 0, or the errno value of the first that does not answer and its name. */
int daemons_connect(struct daemons *daemons, const char **ret_missing);

/* Notices daemons that have ended, by their connections. */
void daemons_check(struct daemons *daemons);

/* Fills in at most DAEMONS_MAX entries of fds, and returns their number. Any event on them is for daemons_check(). */
size_t daemons_poll(const struct daemons *daemons, struct pollfd *fds);

void daemons_free(struct daemons *daemons);

enum status { STATUS_OK, STATUS_NOTREADY, STATUS_REFUSED, STATUS_FAILED, STATUS_DENIED, STATUS_INVALID };

struct result {
	enum status status;
	int64_t duration_ms;
	bool changed; /* frr-reload.py --reload was run */
	bool restored; /* after that failed: the former configuration is in force again */
	const char *error; /* the name of the errno value of a question that failed; NULL: none */
	struct text body;
};

enum job_kind { JOB_NONE, JOB_RELOAD, JOB_SHOW };

/*
 * The steps of a reload. The first three come only if a daemon has ended since the last reload. After APPLY has failed, RESTORE and VERIFY follow, up to JOB_RESTORES_MAX times; the result is
 * then that of APPLY, with a line on the success of the restoration.
 */
enum job_phase {
	JOB_LOOK, /* vtysh: reads FRR's running configuration */
	JOB_KEEPER, /* vtysh: reads that of one daemon */
	JOB_SHARE, /* vtysh -f: gives the daemons what one of them has lost */
	JOB_TEST, /* frr-reload.py --test */
	JOB_SAVE, /* vtysh: reads FRR's running configuration */
	JOB_APPLY, /* frr-reload.py --reload */
	JOB_RESTORE, /* frr-reload.py --reload of the former configuration */
	JOB_VERIFY /* vtysh: reads it again */
};

#define JOB_RESTORES_MAX 2

/* What the daemons show, to find out what one of them has lost. */
struct shared {
	struct text all; /* FRR's running configuration */
	struct text keepers[DAEMONS_MAX]; /* those of daemons that keep all lists and route-maps */
	size_t n_keepers;
	size_t next; /* the daemon that is read next */
	char names[VTY_NAMES_SIZE]; /* the daemons that run */
};

struct job {
	enum job_kind kind;
	struct daemons *daemons; /* for a reload; the server's */
	enum job_phase phase; /* of a reload */
	struct shared shared;
	struct text former; /* FRR's running configuration before the first change */
	unsigned int n_losses; /* how often a daemon ended during APPLY, in attempts with this generation */
	unsigned int n_restores;
	char dir[PATH_MAX]; /* the directory that contains the tool's configuration, if that is not FRR's; "": none */
	bool done; /* the result is complete */
	char generation[PROTOCOL_GENERATION_SIZE], sum[PROTOCOL_SUM_SIZE], command[PROTOCOL_LINE_SIZE];
	struct tool tool;
	int64_t started, deadline; /* by clock_ms() */
	struct result result;
};

#define JOB_IDLE                   \
	{                          \
		.tool = TOOL_NONE, \
	}

/*
 * Start a job; it may end at once, see job->done. sum: of the file that FRR shall load, "" accepts any file. last: the
 * reload before; an attempt with the same generation that was not ready passes its former configuration on.
 */
void job_start_reload(struct job *job, const struct options *options, struct daemons *daemons, const char *generation,
		      const char *sum, struct job *last);
void job_start_show(struct job *job, const struct options *options, const char *command);
/* The tool has ended with this wait status: starts the next tool, or sets the result. */
void job_tool_ended(struct job *job, const struct options *options, int wait_status);
/* The time limit is over: kills the tool and sets the result. */
void job_expire(struct job *job, const struct options *options);
void job_free(struct job *job);

/* For the parts of a job: start a tool; it ends the job if that fails. vtysh_options: terminated by NULL. */
void job_run_vtysh(struct job *job, const struct options *options, const char *const vtysh_options[]);
void job_run_show(struct job *job, const struct options *options, const char *command);
void job_run_frr_reload(struct job *job, const struct options *options, const char *confdir, const char *action);
/* The tool could not be started, for this errno value: ends the job, or its restoration. */
void job_cannot_run(struct job *job, const struct options *options, const char *tool, int code);

/* Sets the result to this status and message, a newline is added; and completes the job. */
void job_end(struct job *job, enum status status, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* The job is complete. */
void job_complete(struct job *job);

/*
 * Writes the text to job->dir/frr.conf, in a new directory that job_remove_dir() removes with its files. Returns 0 or -errno. The name
 * is that of FRR's file: for another name frr-reload.py runs vtysh's `write', which overwrites that. vtysh's own configuration stays
 * in force by a link.
 */
int job_write_dir(struct job *job, const struct options *options, const char *text);
void job_remove_dir(struct job *job);
/* Opens the configuration file as it was installed: no link is followed, nothing is waited for. Returns the descriptor, or <0 with errno. */
int job_open_config(const struct options *options);

/* The configuration that a daemon or vtysh shows, without the lines by which it introduces it. */
const char *job_skip_head(const struct text *config);

/*
 * frr-reload.py 10 deletes an interface that has no section in the new configuration by `no interface NAME', which FRR refuses while the
 * kernel has the device. If the section is empty it deletes the settings alone, and FRR shows none any more.
 *
 * The directory of the configuration to apply: FRR's, or job->dir, where the file has such sections.
 */
const char *interfaces_confdir(struct job *job, const struct options *options);
/* Writes the former configuration to job->dir, with such sections for the interfaces of the one that was refused. Returns 0 or -errno. */
int interfaces_write_former(struct job *job, const struct options *options);

/* Begins to look for what a daemon has lost. False: there is no daemon whose configuration is shared. */
bool shared_begin(struct job *job, const struct options *options);
/* A tool of that has ended with success. True: nothing is left to do; else the next tool runs, or the job has ended. */
bool shared_tool_ended(struct job *job, const struct options *options);
void shared_free(struct shared *shared);

/* The result says why the reload has failed, after FRR was changed: restores the former configuration. */
void restore_begin(struct job *job, const struct options *options);
/* A tool of the restoration has ended. */
void restore_tool_ended(struct job *job, const struct options *options, int wait_status);
/* The restoration has failed for this reason: completes the job. */
void restore_fail(struct job *job, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * Whether two outputs of `show running-config' have the same lines in the same contexts. The order of lines is not
 * compared: FRR appends what is configured again. Writes the lines of `former` that are missing with "-" in front and
 * the lines that are too many with "+", up to max bytes.
 */
bool config_is_same(const struct text *former, const struct text *now, struct text *ret_difference, size_t max);

/* A parsed request. */
struct request {
	enum job_kind kind; /* JOB_NONE: "status", "watch" or a question to a daemon */
	bool watch, asks;
	char daemon[VTY_DAEMON_SIZE]; /* that is asked; "": the list of daemons is asked for */
	char generation[PROTOCOL_GENERATION_SIZE], sum[PROTOCOL_SUM_SIZE];
	const char *command; /* of a show or a question; points into the line */
};

/* Parses a line. Returns STATUS_OK, or the status to answer with, and a reason. */
enum status request_parse(const char *line, const struct options *options, struct request *ret_request,
			  const char **ret_why);

/* The listening socket. Path and inode of a unix socket are kept, so that closing removes only this one. */
struct listener {
	int fd;
	char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
	dev_t dev;
	ino_t ino;
};

/* Returns 0, or -1 after a log line. */
int listener_open(struct listener *listener, const struct options *options);
void listener_close(struct listener *listener);
/* Accepts the next client; -1: there is none. *ret_denied: it belongs to another user and only gets an error. */
int listener_accept(const struct listener *listener, bool *ret_denied);

/* Serves until SIGTERM or SIGINT; returns the exit status. */
int serve(struct listener *listener, const struct options *options);

/* Logs a line to stderr. */
void reloader_log(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
