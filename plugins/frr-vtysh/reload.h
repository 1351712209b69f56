/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reload.h - brings FRR from what it runs to a file: reads, checks the difference, applies it, reads again
 *
 *	READ -+- nothing to do: done
 *	      +- CHECK - APPLY -+- it is so: done
 *	                        +- lines were refused: READ_BACK, the way back by APPLY; refused
 *	                        +- it differs all the same: FRR_RELOAD, READ_BACK; or failed
 *
 * Most of what a vtysh takes is its own start, so there are few of them. CHECK is of the difference alone, for the rest is in
 * force; what vtysh does not know there is looked for in the file, where the user finds it by its line. APPLY is one vtysh for
 * each of the difference's batches, and the last one reads back what FRR runs then. Whenever FRR is not up, or goes, or one of
 * its daemons starts meanwhile, it begins again at READ.
 *
 * reload.c runs the programs, reload_judge.c looks at what they say.
 */
#pragma once

#include "frr-vtysh/output.h"
#include "frr-vtysh/frrdiff.h"
#include "frr-vtysh/job.h"

enum reload_stage { RELOAD_READ, RELOAD_CHECK, RELOAD_APPLY, RELOAD_READ_BACK, RELOAD_FRR_RELOAD };

struct reload {
	struct job job;
	enum reload_stage stage;
	uint64_t instance; /* which FRR READ began with */
	char *conf_path; /* as the host sees it */
	char *wanted;
	char *former; /* what FRR ran before the first try; kept until one succeeds */
	uint64_t former_of; /* the instance that did */
	struct frrdiff diff; /* what is being applied */
	size_t batch; /* the one at work */
	bool checks_file; /* CHECK is of `wanted`, not of the difference */
	bool complained; /* a line was refused */
	bool undoing; /* the way leads back to `former` */
	bool unclear; /* the difference could not be made; `why` has the reason */
	bool fell_back; /* frr-reload.py has done it */
	bool disturbed; /* a daemon has started since READ */
	struct evpn_error why; /* for frr-reload.py, and for the case that there is none */
	char words[1200]; /* FRR's, about what was refused */
};

/* The job's host, options and place are set by the caller. */
int reload_init(struct reload *reload, struct evpn_error *err);
void reload_free(struct reload *reload);

/* Drops what is under way. The outcome is in reload->job. */
int reload_begin(struct reload *reload, const char *conf_path, struct evpn_error *err);

/* What has happened: bits of enum place_news, and what its own descriptors tell. */
void reload_go_on(struct reload *reload, unsigned int news);

/* For reload_judge.c: the end for want of memory, and the stages. */
void reload_fail_memory(struct reload *reload);
void reload_try(struct reload *reload);
void reload_start_reading(struct reload *reload);
/* Of reload->diff, or of the whole file. */
void reload_start_check(struct reload *reload, bool of_file);
/* reload->diff, from its first batch on. */
void reload_start_batches(struct reload *reload);
void reload_start_next_batch(struct reload *reload);
bool reload_is_last_batch(const struct reload *reload);
/* frr-reload.py, or the end of it all where that is not to be had. */
void reload_start_frr_reload(struct reload *reload);

/* The program of the present stage has ended. */
void reload_judge(struct reload *reload, struct vtysh_end *end);
