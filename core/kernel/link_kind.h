/* SPDX-License-Identifier: Apache-2.0 */
/*
 * link_kind.h - the link kinds, as rtnetlink has them
 *
 * One file kind_NAME.c for each row of model/link_kind.h, which says how to add a kind. It has `link_kind_NAME`, and
 * the attributes that only this kind has (link_attr.h).
 */
#pragma once

#include "kernel/link_attr.h"
#include "model/link_kind.h"

struct link_kind {
	/* What the creating message carries beside the attributes, at the top and in IFLA_INFO_DATA. Optional. */
	void (*put_top)(struct nl_msg *msg);
	void (*put_data)(struct nl_msg *msg);
	/* What the creating message cannot say, right after it. Optional. */
	struct outcome (*born)(struct rtnl *rtnl, int ifindex, const struct net_link *link);
	/* Whether the kernel has taken these attributes, some of which an old kernel ignores. Optional. */
	struct outcome (*check)(struct rtnl *rtnl, int ifindex, const struct net_link *want, net_attr_set attrs);
};

#define X(id, name, ...) extern const struct link_kind link_kind_##name;
NET_KINDS(X)
#undef X

/* By enum net_kind. */
extern const struct link_kind *const link_kinds[NET_KIND_COUNT];
