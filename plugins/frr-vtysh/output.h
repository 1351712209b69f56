/* SPDX-License-Identifier: Apache-2.0 */
/*
 * answer.h - what vtysh's output says; pure
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "evpn-plugin.h"

/* What a run of vtysh has said. The texts are pieces of its output. */
struct answer {
	const char *said; /* before the rest; "" if there was nothing */
	char *daemons; /* those that it is connected to; NULL: not said */
	char *config; /* what FRR runs; NULL: not said */
};

/*
 * Of `vtysh [-c ...] -c "show daemons" -c "show running-config no-header"`. Cuts `out` into pieces. With watchfrr alone there
 * is no whole configuration.
 */
void answer_read(char *out, struct answer *ret_answer);

/*
 * Of `copy FILE running-config`: what FRR and vtysh have said about the lines is appended to words (of `size` bytes). Returns
 * whether a line was refused.
 */
bool answer_applied(const char *out, const char *err, char *words, size_t size);

/* The first of `wanted` (with commas between them) that is not among `daemons` (blanks); NULL: all are. */
const char *answer_missing(const char *daemons, const char *wanted, size_t *ret_len);

/* Another vtysh configures FRR and keeps all others from it. */
bool answer_is_locked(const char *out, const char *err);

/* None of FRR's daemons takes connections. */
bool answer_is_alone(const char *err);

/* What a program said, for a message: without blank lines, blanks and newlines at its end; cut off where there is no room. */
void answer_quote(char *to, size_t size, const char *text);
