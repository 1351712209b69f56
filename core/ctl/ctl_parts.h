/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ctl_parts.h - between the files of core/ctl; no other file needs it
 *
 *  ctl.c       start and end, what the daemon tells
 *  client.c    one connection: bytes in, bytes out, limits
 *  command.c   the table of commands; request -> command
 *  cmd_*.c     the commands
 *  status*.c   the daemon's state as JSON
 *  metrics.c   the same for Prometheus
 *  serve.c     has the module http.so serve it (http.h)
 *  journal.c   events for those who follow, and the history of runs
 */
#pragma once

#include <sys/socket.h>
#include <systemd/sd-event.h>

#include "base/json.h"
#include "ctl/ctl.h"
#include "ctl/http.h"
#include "run/control.h"

/* Of the messages; a change that an old client does not understand makes it greater. */
#define CTL_VERSION 1

/* Connections at a time, and of these of one user that is not root. */
#define CTL_CLIENTS_MAX	    64
#define CTL_CLIENTS_OF_USER 8
/* Bytes of a request: root sends whole configurations. */
#define CTL_REQUEST_MAX	     (8u << 20)
#define CTL_REQUEST_MAX_USER 4096u
/* Bytes that wait for a client. One that follows events and falls behind by more is cut off. */
#define CTL_ANSWER_MAX (64u << 20)
#define CTL_EVENTS_MAX (1u << 20)
/* Until the request is complete; and without the client taking a byte. */
#define CTL_REQUEST_MS 10000
#define CTL_STALL_MS   30000

struct ctl_client;

struct ctl_command {
	const char *name;
	bool root; /* for root only: it changes something, or shows passwords */
	/* 1: replied; 0: it waits, `again` is called after each change; <0: err is the reply. */
	int (*begin)(struct ctl_client *client, struct evpn_error *err);
	int (*again)(struct ctl_client *client, struct evpn_error *err); /* NULL: it never waits */
	void (*end)(struct ctl_client *client); /* the connection goes; NULL: nothing to release */
};

struct ctl_client {
	struct ctl *ctl;
	struct ctl_client *next;
	int fd;
	sd_event_source *io, *timer;
	struct ucred peer;
	char *in, *out;
	size_t n_in, in_size, n_out, n_sent;
	bool replied; /* the last line is in `out`: it closes when that is sent */
	bool gone; /* to be freed: its fault, or its end */
	bool follows; /* gets events */
	const struct ctl_command *command; /* NULL: the request is not complete yet */
	json_t *args; /* of the request, an object */
	void *state; /* of the command */
};

/* The daemon at the last look, to tell what has changed since. */
struct ctl_seen {
	enum pipeline_phase phase;
	enum pipeline_step step;
	uint64_t run; /* its start */
	enum health_state health;
	uint64_t health_ms; /* of the last check */
	json_t *faults; /* name -> reason */
	json_t *sessions; /* name -> state */
	uint64_t change; /* its number */
	enum change_phase change_phase;
};

/* Since evpnd was started. */
struct ctl_totals {
	uint64_t applied, failed, changes, reloads;
	double last_seconds; /* the duration of the last run */
};

struct ctl_journal {
	struct ctl_seen seen;
	struct ctl_totals totals;
	json_t *history; /* array of runs, the newest last */
	uint64_t n_events;
};

struct ctl {
	struct control control;
	const struct control_host *host; /* NULL: not started */
	char *path; /* of the socket */
	int listener;
	sd_event_source *accept;
	uint32_t group; /* that may look; UINT32_MAX: none */
	struct ctl_client *clients;
	size_t n_clients;
	uint64_t n_changes; /* how often the daemon has told of one; from 1 on */
	unsigned int busy; /* a client's event is being handled: none may be freed */
	uint64_t refused_ms; /* when a refused client was logged last */
	uint64_t progress_ms; /* when the progress of a change was told last */
	struct ctl_journal journal;
	const struct http_module *http_module; /* NULL: not loaded */
	struct http_source http_source;
	struct http *http; /* NULL: metrics.listen is not set, or failed */
	char *http_for; /* the metrics.listen that http was made for, or failed for; NULL: none */
};

/* client.c */

/* Takes the connection over. */
void ctl_client_add(struct ctl *ctl, int fd);
/* Frees those that are gone, unless one of them is at work. */
void ctl_client_sweep(struct ctl *ctl);
void ctl_client_free_all(struct ctl *ctl);
/* Sends a line; takes the reference over. */
void ctl_send(struct ctl_client *client, const char *type, const char *key, json_t *value);
/* The last line: the result, whose reference it takes over, or an error. */
void ctl_reply(struct ctl_client *client, json_t *data);
void ctl_reply_error(struct ctl_client *client, const char *code, const char *text);
/* The same with the errors of a file, a line each. */
void ctl_reply_rejected(struct ctl_client *client, const char *text, const struct config_errors *errors);
/* After a change: clients whose command waits go on. */
void ctl_client_again(struct ctl *ctl);
/* Whether bytes wait for the client. When they are sent, its command goes on as after a change. */
bool ctl_client_is_behind(const struct ctl_client *client);

/* command.c */

/* Whether the request may be one: a user that is not root sends short ones. Acts on a complete request. */
void ctl_request(struct ctl_client *client, const char *text, size_t len);

/* cmd_args.c */

/* A member of the arguments; missing: the default. <0: it has another type, err says so. */
int ctl_arg_text(const struct ctl_client *client, const char *key, const char **ret_text, struct evpn_error *err);
int ctl_arg_number(const struct ctl_client *client, const char *key, json_int_t min, json_int_t max,
		   json_int_t *ret_number, struct evpn_error *err);
int ctl_arg_flag(const struct ctl_client *client, const char *key, bool *ret_flag, struct evpn_error *err);

/* status.c */

/* The word for it: "healthy", "degraded", "pending", "applied", "waiting", "failed", "running", "starting", "down". */
const char *ctl_state_name(const struct daemon *daemon);
/* The whole state. The caller owns it. */
json_t *ctl_status(const struct ctl *ctl);
/* Its VNIs, an array in the order of evpn.conf. The caller owns it. */
json_t *ctl_status_vnis(const struct ctl *ctl);
/* status_links.c: the underlay NICs, with their state in the kernel; the devices of one VNI, of which `vni` names them. */
json_t *ctl_status_nics(const struct daemon *daemon);
json_t *ctl_status_devices(const struct daemon *daemon, const json_t *vni);
/* Seconds since the epoch of a time of clock_ms(). */
json_int_t ctl_epoch(uint64_t ms);

/* cmd_change.c: a step of a run begins, or an operation is done: those who wait for a change learn how it gets on. */
void ctl_change_progress(struct ctl *ctl, bool step);
/* The change that is under way, or the last one; NULL: there was none. The caller owns it. */
json_t *ctl_change_json(const struct ctl *ctl);
/* Lines as an array of printable texts. */
json_t *ctl_lines(char *const *lines, size_t n);

/* journal.c */
void ctl_journal_start(struct ctl *ctl);
void ctl_journal_free(struct ctl_journal *journal);
/* The client gets the events from now on. */
void ctl_journal_follow(struct ctl_client *client);
/* A step of a run begins. */
void ctl_journal_step(struct ctl *ctl);
/* Compares the daemon with what it was, tells those who follow, remembers runs. */
void ctl_journal_look(struct ctl *ctl);

/* metrics.c: all metrics in Prometheus' text format; freed by the caller. */
char *ctl_metrics(const struct ctl *ctl);

/* serve.c: serves them where the configuration in force says; a failure is logged. No more. */
void ctl_serve(struct ctl *ctl);
void ctl_serve_stop(struct ctl *ctl);

/* The commands. */
int ctl_cmd_status(struct ctl_client *client, struct evpn_error *err);
int ctl_cmd_status_again(struct ctl_client *client, struct evpn_error *err);
void ctl_cmd_status_end(struct ctl_client *client);
int ctl_cmd_events(struct ctl_client *client, struct evpn_error *err);
int ctl_cmd_history(struct ctl_client *client, struct evpn_error *err);
int ctl_cmd_wait(struct ctl_client *client, struct evpn_error *err);
int ctl_cmd_wait_again(struct ctl_client *client, struct evpn_error *err);
void ctl_cmd_wait_end(struct ctl_client *client);
int ctl_cmd_collect(struct ctl_client *client, struct evpn_error *err);
void ctl_cmd_collect_end(struct ctl_client *client);
int ctl_cmd_retry(struct ctl_client *client, struct evpn_error *err);
int ctl_cmd_reload(struct ctl_client *client, struct evpn_error *err);
int ctl_cmd_up(struct ctl_client *client, struct evpn_error *err);
int ctl_cmd_down(struct ctl_client *client, struct evpn_error *err);
int ctl_cmd_explain(struct ctl_client *client, struct evpn_error *err);
void ctl_cmd_explain_end(struct ctl_client *client);
int ctl_cmd_plan(struct ctl_client *client, struct evpn_error *err);
void ctl_cmd_plan_end(struct ctl_client *client);
int ctl_cmd_apply(struct ctl_client *client, struct evpn_error *err);
int ctl_cmd_apply_again(struct ctl_client *client, struct evpn_error *err);
void ctl_cmd_apply_end(struct ctl_client *client);
int ctl_cmd_confirm(struct ctl_client *client, struct evpn_error *err);
int ctl_cmd_revert(struct ctl_client *client, struct evpn_error *err);
int ctl_cmd_metrics(struct ctl_client *client, struct evpn_error *err);
int ctl_cmd_log_level(struct ctl_client *client, struct evpn_error *err);
