/* SPDX-License-Identifier: Apache-2.0 */
/*
 * secrets.h - hides passwords in texts that leave the node: evpn.conf, frr.conf, FRR's running configuration, logs
 *
 * Two ways, since neither finds all. What stands behind a word such as "password" is hidden, in whatever text; and each value
 * that is known to be a password is hidden wherever it stands.
 */
#pragma once

#include <stddef.h>

/* Starts zeroed. */
struct secrets {
	char **values;
	size_t n_values;
};

/* A value shorter than that is found by its word only: hiding each "1" would hide everything. */
#define SECRETS_MIN 4

void secrets_add(struct secrets *secrets, const char *value);

/* Adds the passwords that a configuration of evpnd's or FRR's has: a text of the operator's, not of the container's. */
void secrets_learn(struct secrets *secrets, const char *text);

/* A copy without secrets, freed by the caller. "<hidden>" stands for each. */
char *secrets_hide(const struct secrets *secrets, const char *text);

void secrets_clear(struct secrets *secrets);
