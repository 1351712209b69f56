/* SPDX-License-Identifier: Apache-2.0 */
/*
 * output.h - parses the output of vtysh; it only handles memory
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "evpn-plugin.h"

/* The first line of every running configuration begins with this. */
#define OUTPUT_FIRST_LINE "frr version "

/* The parts of vtysh's output. They point into its text. */
struct output {
	const char *messages; /* printed before the other parts; "" if there are none */
	char *daemons; /* the daemons that vtysh is connected to, separated by blanks; NULL: missing */
	char *config; /* FRR's running configuration; NULL: missing or incomplete */
};

/*
 * Parses the output of `vtysh [-c ...] -c "show daemons" -c "show running-config no-header"`, and writes NUL bytes into
 * it. If vtysh is connected to watchfrr only, the configuration is incomplete.
 */
void output_parse(char *out, struct output *ret_output);

/*
 * Parses the output of `copy FILE running-config`: appends the messages of FRR and vtysh to words (of `size` bytes).
 * Returns whether a line was refused.
 */
bool output_has_refusal(const char *out, const char *err, char *words, size_t size);

/*
 * Whether the first line that was refused, by vtysh's stderr, is a deletion ("no ...") that is no line of `wanted`.
 */
bool output_refuses_deletion(const char *err, const char *wanted);

/* Whether one of FRR's messages is an error. */
bool output_has_error(const char *words);

/*
 * The first of `wanted` (separated by commas) that is missing in `daemons` (separated by blanks); NULL: none is
 * missing.
 */
const char *output_find_missing(const char *daemons, const char *wanted, size_t *ret_len);

/* Whether the FRR of this running configuration has mgmtd, which keeps parts of the configuration: since version 9. */
bool output_has_mgmtd(const char *config);

/* Whether another vtysh session has locked FRR's configuration. */
bool output_is_locked(const char *out, const char *err);

/*
 * Whether bgpd has refused a line about graceful restart because it has no connection to zebra yet. It makes one within seconds after
 * zebra has started (FRR, bgp_zebra_send_capabilities()), and the line is as good as any then.
 */
bool output_lacks_zebra(const char *out, const char *err);

/* Whether none of FRR's daemons accepts connections. */
bool output_has_no_daemons(const char *err);

/*
 * Appends output of a program for a message: without blank lines, repeated lines and final white space, cut off if there
 * is no room.
 */
void output_quote(char *to, size_t size, const char *text);
