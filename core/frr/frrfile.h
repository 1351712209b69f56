/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frrfile.h - installs frr.conf on the shared volume, and restores the one that FRR accepted last
 *
 * The file is replaced by rename, never truncated in place: FRR starting at any moment reads the old or the new one. The
 * volume may hold links, FIFOs and the like in the place of the file: base/volume.h.
 * evpnd keeps the file that FRR accepted last in the state directory. When FRR refuses a file, evpnd restores the accepted
 * one, so that FRR's next start does not read the refused one.
 */
#pragma once

#include <stdbool.h>

#include "config/config.h"
#include "evpn-plugin.h"

/* What is to be installed, freed by the caller: the text of frr.source, or what is generated. 0 or <0. */
int frrfile_wanted(const struct config *config, char **ret_text, struct evpn_error *err);

/* What messages call it: "frr.source PATH", "the generated frr.conf". Freed by the caller. */
char *frrfile_name(const struct config_frr *frr);

/* Whether frr.config has this text, owner and mode already. */
bool frrfile_is_installed(const struct config_frr *frr, const char *text);

/* What stood at frr.config before. */
enum frrfile_former {
	FRRFILE_OURS, /* evpnd's own, or nothing but comments, or no file */
	FRRFILE_SAVED, /* another program's, which is saved as frr.config.before-evpnd */
	FRRFILE_REPLACED, /* another program's, and there is an older frr.config.before-evpnd, which stays */
	FRRFILE_NO_FILE, /* a link, a directory or the like, or it is too large */
};

#define FRRFILE_SAVED_SUFFIX ".before-evpnd"

/*
 * Installs text. A file that evpnd did not write is saved beside it before; if it cannot be, nothing is installed, and neither
 * if a fault of the host hides who wrote it. Keeps what stood there as the accepted one if nothing was kept yet. 0 or <0.
 */
int frrfile_install(const struct config_frr *frr, const char *state_dir, const char *text,
		    enum frrfile_former *ret_former, struct evpn_error *err);

/* What frrfile_install would find and do now; FRRFILE_NO_FILE is not told from FRRFILE_OURS. 0 or <0. */
int frrfile_find_former(const struct config_frr *frr, const char *state_dir, enum frrfile_former *ret_former,
			struct evpn_error *err);

/* The installed text, freed by the caller. 0 or -errno, as file_read_at(). */
int frrfile_read_installed(const struct config_frr *frr, char **ret_text);

/* FRR runs `text`, which evpnd has installed: keep it as the accepted one. The file is not read: it may have changed. */
int frrfile_accept(const char *state_dir, const char *text, struct evpn_error *err);

/* Whether FRR ever accepted a file, or had one before evpnd came. */
bool frrfile_has_accepted(const char *state_dir);

/* Puts the accepted file back, if another one stands there. 1 done, 0 there is none to put back, <0 failed. */
int frrfile_go_back(const struct config_frr *frr, const char *state_dir, struct evpn_error *err);

/* Whether the installed file says nothing: FRR's container starts with an empty one. */
bool frrfile_is_empty(const struct config_frr *frr);

/* The vtysh for the syntax check: as configured, or from PATH; NULL: none. Freed by the caller. */
char *frrfile_find_vtysh(const struct config_frr *frr);

/*
 * Whether the FRR `instance` has taken over the frr.conf that stands at `conf_path` now, by a note in the state directory
 * ("loaded"), so that a restart of evpnd reloads nothing. The file's identity is its device, inode, size and change time.
 * A note that is missing or odd means no.
 */
bool frrfile_is_loaded(const char *state_dir, const char *conf_path, uint64_t instance);
int frrfile_set_loaded(const char *state_dir, const char *conf_path, uint64_t instance, struct evpn_error *err);
/* From here on nothing counts as loaded: FRR has to reload. */
void frrfile_clear_loaded(const char *state_dir);
