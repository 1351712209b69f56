/* SPDX-License-Identifier: Apache-2.0 */
/*
 * version.h - what versions of FRR cannot do, or do wrong, of what evpn.conf may ask for; pure
 *
 * One table has it all: a feature, the versions that fail, FRR's issue, and whether evpnd refuses or warns. It refuses what
 * cannot work and what ends a daemon of FRR; it warns of what works most of the time.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "config/config.h"
#include "evpn-plugin.h"

/* The question to zebra. */
#define VERSION_QUESTION "show version"

struct version {
	unsigned int major, minor, patch;
};

/* Reads "FRRouting 8.4.4 (host) on Linux(6.1.0)." False: the answer names no version; then nothing counts as failing. */
bool version_parse(const char *answer, struct version *ret_version);

bool version_same(const struct version *a, const struct version *b);

/* Features, as bits. */
enum version_feature {
	VERSION_ANY = 1u << 0, /* what every configuration uses */
	VERSION_IPV6_VTEP = 1u << 1,
	VERSION_IPV6_VTEP_L3 = 1u << 2, /* with an L3VNI */
	VERSION_MACVLAN = 1u << 3, /* as an underlay NIC */
	VERSION_SINGLE = 1u << 5, /* vxlan.mode = "single" */
	VERSION_SESSIONS = 1u << 4, /* two neighbors or more with EVPN */
};

/* What the configuration uses. */
unsigned int version_features(const struct config *config);

/* Whether evpnd has to know FRR's version before it changes anything: some version is refused for one of these features. */
bool version_matters(unsigned int features);

/* Whether this version can do all of the features. False: err says what it cannot, and what to do (EVPN_ERROR_REFUSED). */
bool version_check(const struct version *version, unsigned int features, struct evpn_error *err);

/* Calls `each` with a sentence for each known fault of this version that the features may meet. Returns how many. */
size_t version_warn(const struct version *version, unsigned int features, void (*each)(const char *text, void *arg),
		    void *arg);
