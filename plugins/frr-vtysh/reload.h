/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reload.h - changes FRR's running configuration to that of a file: computes the difference, checks it, applies it,
 * reads back
 *
 *	READ -+- no difference: done
 *	      +- CHECK - APPLY -+- no difference any more: done
 *	                        +- FRR refused lines: failed
 *	                        +- FRR refused a deletion that the file does not contain: FRR_RELOAD (fallback), READ_BACK
 *	                        +- another difference: APPLY it again; if it remains: failed, or a warning
 *	failed after FRR was changed: READ_BACK, APPLY the difference to the former configuration, READ_BACK
 *
 * A reload that fails after FRR was changed, whatever the cause, restores FRR's former configuration, verifies it, and
 * then ends with its error and the result of the restoration. `former` is FRR's configuration before the first change;
 * it is kept until a reload succeeds or the restoration is verified, also across reloads.
 *
 * Starting vtysh takes most of its time, so a reload starts few of them. READ asks the daemons through their vty
 * sockets; only where that fails, vtysh reads. CHECK has vtysh check only the difference; if
 * vtysh does not know a line there, it checks the whole file, to report the line of the file. APPLY runs one vtysh for
 * each batch of the difference, and the last one also reads back the running configuration. If FRR is not ready, ends,
 * or starts a daemon meanwhile, the reload begins again with READ.
 *
 * reload.c runs the programs, reload_judge.c interprets their results, reload_undo.c restores the former configuration.
 * The outcome is in reload->job.
 */
#pragma once

#include "frr-vtysh/output.h"
#include "frr-vtysh/frrdiff.h"
#include "frr-vtysh/job.h"
#include "frr-vtysh/reading.h"

enum reload_stage { RELOAD_READ, RELOAD_CHECK, RELOAD_APPLY, RELOAD_READ_BACK, RELOAD_FRR_RELOAD };

enum reload_undo { UNDO_NONE, UNDO_RUNNING, UNDO_ENDED };

struct reload {
	struct job job;
	struct reading reading; /* READ through the vty sockets; job is RUNNING without a program meanwhile */
	enum reload_stage stage;
	uint64_t instance; /* the FRR at READ, see struct location */
	char *conf_path; /* of the file, on the host */
	char *wanted; /* the content of the file */
	char *former; /* the running configuration before the first change */
	uint64_t former_of; /* the instance that ran it */
	bool changed; /* FRR may run something else than `former` */
	struct frrdiff diff; /* the difference that is being applied */
	size_t batch; /* the number of the batch that is being applied */
	bool checks_file; /* CHECK of `wanted`, not of the difference */
	bool refused; /* FRR has refused a line */
	bool misfit; /* the first refused line is a deletion that the file does not contain */
	bool unclear; /* the difference could not be computed, see `why` */
	bool fell_back; /* frr-reload.py has applied the configuration */
	bool disturbed; /* a daemon has started since READ */
	uint64_t rest; /* a hash of the difference that remained after the last application */
	unsigned int n_rests; /* how often what remained was applied */
	uint64_t not_shown, not_shown_by; /* the hash of the last one that was warned about, and the FRR of that */
	unsigned int n_losses; /* how often FRR or a daemon ended while its configuration was changed */
	enum reload_undo undo; /* after a failure: the restoration of `former` */
	unsigned int n_undos; /* how often the difference to `former` was applied */
	struct evpn_error failure; /* the error of the reload, while `former` is restored */
	struct evpn_error why; /* the reason for the fallback; the error if there is no frr-reload.py */
	char words[1000]; /* FRR's messages about refused lines */
};

/* The caller has set the host, options and location of the job, and location and limit of the reading. Returns 0, or -1 with err filled in. */
int reload_init(struct reload *reload, struct evpn_error *err);
void reload_free(struct reload *reload);

/* Drops the running reload and begins a new one. Returns 0, or -1 with err filled in. */
int reload_begin(struct reload *reload, const char *conf_path, struct evpn_error *err);

/* Handles events: bits of enum location_events, and the events of the job itself. */
void reload_handle_event(struct reload *reload, unsigned int events);

/* For reload_judge.c and reload_undo.c: ends with an error for lack of memory; starts each stage. */
void reload_fail_memory(struct reload *reload);
void reload_try(struct reload *reload);
void reload_start_reading(struct reload *reload);
/* Checks reload->diff, or the whole file. */
void reload_start_check(struct reload *reload, bool of_file);
/* Applies reload->diff, from the first batch on. */
void reload_start_batches(struct reload *reload);
void reload_start_next_batch(struct reload *reload);
bool reload_is_last_batch(const struct reload *reload);
/* Whether frr-reload.py may be used. */
bool reload_can_fall_back(const struct reload *reload);
/* Runs frr-reload.py, or ends with reload->why if it must not be used. */
void reload_start_frr_reload(struct reload *reload);

/* Decides about the next stage when the program of a stage has ended. */
void reload_judge(struct reload *reload, struct program_end *end);
/* The same for READ, when the daemons have shown FRR's configuration through their vty sockets. */
void reload_judge_read(struct reload *reload, const struct output *output);
/*
 * Computes the difference to `text`: 1 it is in reload->diff, 0 there is none, <0 it is unknown, reload->why says why.
 */
int reload_make_diff(struct reload *reload, const struct output *output, const char *text);
/* The difference as one text, to be freed by the caller; NULL: out of memory. */
char *reload_join_diff(const struct reload *reload);
/* Appends the lines of the difference to a message. */
void reload_quote_diff(const struct reload *reload, char *to, size_t size);

/* Remembers FRR's configuration before the first change. Returns 0, or -1: the reload has ended. */
int reload_keep_former(struct reload *reload, const char *config);
/* FRR runs `former`, or a later configuration that shall be restored instead. */
void reload_forget_former(struct reload *reload);
/* FRR or a daemon has ended while its configuration was changed. Returns whether that was once too often. */
bool reload_count_loss(struct reload *reload, const char *name, size_t len);
/* Waits for an event or a pause, and tries again. */
void reload_wait(struct reload *reload, const char *format, ...) EVPN_PRINTF(2, 3);
/* While undoing: compares FRR's configuration with `former`. */
void reload_judge_undo(struct reload *reload, const struct output *output);
/* A reload that was under way may have failed: begins to restore `former`, or reports that this failed. */
void reload_settle(struct reload *reload);
