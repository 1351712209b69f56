/* SPDX-License-Identifier: Apache-2.0 */
/*
 * change_record.h - a change that may have to be undone, on the disk
 *
 * The record is one file, mode 0600, beside the last good configuration: what is below /run does not survive a reboot, and the
 * change may be what the machine was rebooted for. It is written, with fsync(2), before evpn.conf is replaced, and removed when the
 * change is kept or undone. It has the former files byte by byte, and all that is needed to go on, by whatever evpnd was ended.
 */
#pragma once

#include <sys/types.h>

#include "run/change.h"
#include "run/change_view.h"

struct change_file {
	char *path, *text;
	mode_t mode;
	uid_t uid;
	gid_t gid;
};

struct change_record {
	struct change change;
	char *name; /* the file that the operator gave */
	char *text; /* what evpn.conf is to contain */
	char *check; /* the command of --check; NULL: none */
	char *boot; /* of the machine, when it began: clock_ms means nothing after another one */
	int64_t epoch; /* seconds since 1970 when it began, for people */
	struct change_file *former; /* evpn.conf and the files that it included */
	size_t n_former;
	struct change_view before;
};

void change_record_clear(struct change_record *record);

/* The files of the configuration in force, to be restored below `path` (evpn.conf) and the names of the included ones. */
void change_record_take_former(struct change_record *record, const char *path, const struct config *config);

/* The machine's boot, which the caller frees; "" where the kernel does not tell. */
char *change_record_boot(void);

/* 0 or <0. */
int change_record_save(const char *path, const struct change_record *record, struct evpn_error *err);
/* 1; 0: there is none; <0: it cannot be read. *record zeroed before; the caller clears it. */
int change_record_load(const char *path, struct change_record *record, struct evpn_error *err);

/*
 * Puts the former files back. One that is neither as it was nor, evpn.conf, as the change left it, was written by another program
 * meanwhile: it is kept as FILE.before-revert, and `kept` is called with its name. 0 or <0; it may be called again.
 */
int change_record_restore(const struct change_record *record, void (*kept)(const char *path), struct evpn_error *err);

/* Writes this text to the file, with its owner and mode. 0 or <0. */
int change_file_write(const struct change_file *file, const char *text, struct evpn_error *err);
/* Owner and mode of the file at `path`, else those of a new evpn.conf. */
void change_file_look(struct change_file *file);
