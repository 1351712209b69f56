/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frrfile.h - frr.conf on the shared volume: install, and go back
 *
 * The file is replaced by rename, never truncated in place: FRR starting at any moment reads the old or the new one.
 * What FRR accepted last is kept in the state directory, so that a file that FRR refuses is taken back and FRR's next
 * start does not read it.
 */
#pragma once

#include <stdbool.h>

#include "config.h"
#include "evpn-plugin.h"

/* What is to be installed, freed by the caller: the text of frr.source, or what is generated. 0 or <0. */
int frrfile_wanted(const struct config *config, char **ret_text, struct evpn_error *err);

/* What messages call it: "frr.source PATH", "the generated frr.conf". Freed by the caller. */
char *frrfile_name(const struct config_frr *frr);

/* Whether frr.config has this text, owner and mode already. */
bool frrfile_is_installed(const struct config_frr *frr, const char *text);

/* Installs text; keeps what stood there before as the accepted one if nothing was kept yet. 0 or <0. */
int frrfile_install(const struct config_frr *frr, const char *state_dir, const char *text, struct evpn_error *err);

/* FRR runs what is installed: keep it as the accepted one. 0 or <0. */
int frrfile_accept(const struct config_frr *frr, const char *state_dir, struct evpn_error *err);

/* Whether FRR ever accepted a file, or had one before evpnd came. */
bool frrfile_has_accepted(const char *state_dir);

/* Puts the accepted file back, if another one stands there. 1 done, 0 there is none to put back, <0 failed. */
int frrfile_go_back(const struct config_frr *frr, const char *state_dir, struct evpn_error *err);

/* Whether the installed file says nothing: FRR's container starts with an empty one. */
bool frrfile_is_empty(const struct config_frr *frr);

/* The vtysh for the syntax check: as configured, or from PATH; NULL: none. Freed by the caller. */
char *frrfile_find_vtysh(const struct config_frr *frr);
