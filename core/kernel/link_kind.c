/* SPDX-License-Identifier: Apache-2.0 */
/* link_kind.c - the table of link kinds; see link_kind.h */
#include "kernel/link_kind.h"

/* NET_KIND_OTHER: evpnd does not create such links, and reads of them what every link has. */
const struct link_kind link_kind_device = { 0 };

const struct link_kind *const link_kinds[NET_KIND_COUNT] = {
#define X(id, name, ...) [NET_KIND_##id] = &link_kind_##name,
	NET_KINDS(X)
#undef X
};
