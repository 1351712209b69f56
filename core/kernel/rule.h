/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rule.h - the rules for the local table (ip-rule(8)): read, and recognised in notifications; apply.c adds and deletes them
 */
#pragma once

#include "kernel/rtnl.h"
#include "model/net.h"

/*
 * Reads the rules "from all lookup local" of both families into net->rules. A kernel without rules has none. Returns 0, or
 * -errno.
 */
int read_rules(struct rtnl *rtnl, struct net *net);

/* Whether the message of rtnetlink is about such a rule; then *ret_rule is it. */
bool rule_parse(const struct nlmsghdr *hdr, struct net_rule *ret_rule);
