/* SPDX-License-Identifier: Apache-2.0 */
/* apply_link.c - creates, moves, changes and deletes links; see apply_parts.h */
#include <errno.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>

#include "base/util.h"
#include "kernel/apply_parts.h"
#include "kernel/link_kind.h"

/* Of these attributes RTM_SETLINK takes no notice. */
#define IN_INFO (NET_LINK_PORT | NET_LINK_DATA)

struct outcome apply_no_device(void)
{
	return (struct outcome){ -ENODEV, "the device no longer exists" };
}

struct nl_msg *apply_link_message(int type, int flags, int ifindex, unsigned int ifi_flags, unsigned int change)
{
	struct ifinfomsg ifi = { .ifi_index = ifindex, .ifi_flags = ifi_flags, .ifi_change = change };
	struct nl_msg *msg = rtnl_message(type, flags);

	nlmsg_append(msg, &ifi, sizeof(ifi), NLMSG_ALIGNTO);
	return msg;
}

/* Sends the message, unless one of its attributes could not be put into it. */
static struct outcome send_link(struct rtnl *rtnl, struct link_out *out, int r)
{
	if (r < 0) {
		nlmsg_free(out->msg);
		return (struct outcome){ r, out->why };
	}
	return OUTCOME(rtnl_request(rtnl, out->msg));
}

struct outcome apply_link_create(struct apply *apply, const struct op *op)
{
	const struct net_link *link = op->link;
	const struct link_kind *kind = link_kinds[link->kind];
	const net_attr_set attrs = net_link_birth_data(link);
	struct nl_msg *msg = apply_link_message(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, 0, 0, 0);
	struct link_out out = { .apply = apply, .link = link, .msg = msg };
	struct nlattr *info, *data;
	struct rtnl *rtnl = apply->rtnl[link->ns];
	struct outcome done;
	int r, ifindex;

	nla_put_string(msg, IFLA_IFNAME, link->name);
	/* The kernel takes the alias, our mark, only from a later message. Until then the group marks the device. */
	nla_put_u32(msg, IFLA_GROUP, net_birth_group(apply->instance));
	r = link_attr_put(&out, net_link_birth(link) | attrs, LINK_LEVEL_TOP);
	if (kind->put_top)
		kind->put_top(msg);
	info = nla_nest_start(msg, IFLA_LINKINFO);
	nla_put_string(msg, IFLA_INFO_KIND, net_kind_name(link->kind));
	data = nla_nest_start(msg, IFLA_INFO_DATA);
	r = r < 0 ? r : link_attr_put(&out, attrs, LINK_LEVEL_DATA);
	if (kind->put_data)
		kind->put_data(msg);
	nla_nest_end(msg, data);
	nla_nest_end(msg, info);
	/* A link with a parent on the host is created through the host's socket, and born in FRR's namespace. */
	done = send_link(apply->rtnl[plan_op_ns(op)], &out, r);
	if (done.error < 0 || (!kind->born && !kind->check))
		return done;
	ifindex = rtnl_ifindex(rtnl, link->name);
	if (kind->born)
		done = kind->born(rtnl, ifindex, link);
	return done.error == 0 && kind->check ? kind->check(rtnl, ifindex, link, attrs) : done;
}

struct outcome apply_link_delete(struct apply *apply, const struct op *op)
{
	struct rtnl *rtnl = apply->rtnl[op->link->ns];
	struct nl_msg *msg = apply_link_message(RTM_DELLINK, 0, op->link->ifindex, 0, 0);
	int r = rtnl_request(rtnl, msg);

	/* It is deleted already: with its veth peer, or by another program. */
	return OUTCOME(r == -ENODEV ? 0 : r);
}

struct outcome apply_link_down(struct apply *apply, const struct op *op)
{
	struct rtnl *rtnl = apply->rtnl[plan_op_ns(op)];
	int ifindex = op->have ? op->have->ifindex : rtnl_ifindex(rtnl, op->link->name);

	struct outcome o = ifindex ? OUTCOME(rtnl_request(rtnl, apply_link_message(RTM_SETLINK, 0, ifindex, 0, IFF_UP)))
				   : apply_no_device();

	/* Of a device that leaves: another program has deleted it. */
	return o.error == -ENODEV && op->have == op->link ? OUTCOME(0) : o;
}

/* A kind and its attributes, in IFLA_LINKINFO. */
static int put_nest(struct link_out *out, net_attr_set attrs, int kind_type, const char *kind, int data_type,
		    enum link_level level)
{
	struct nlattr *data;
	int r;

	nla_put_string(out->msg, kind_type, kind);
	data = nla_nest_start(out->msg, data_type);
	r = link_attr_put(out, attrs, level);
	nla_nest_end(out->msg, data);
	return r;
}

/* The kernel takes a port's attributes in two ways; this is the one that has room for all others too. */
static int put_info(struct link_out *out, net_attr_set attrs)
{
	struct nlattr *info;
	int r = 0;

	if (!(attrs & IN_INFO))
		return 0;
	info = nla_nest_start(out->msg, IFLA_LINKINFO);
	if (attrs & NET_LINK_DATA)
		r = put_nest(out, attrs, IFLA_INFO_KIND, net_kind_name(out->link->kind), IFLA_INFO_DATA,
			     LINK_LEVEL_DATA);
	if (r == 0 && (attrs & NET_LINK_PORT))
		r = put_nest(out, attrs, IFLA_INFO_SLAVE_KIND, "bridge", IFLA_INFO_SLAVE_DATA, LINK_LEVEL_PORT);
	nla_nest_end(out->msg, info);
	return r;
}

struct outcome apply_link_set(struct apply *apply, const struct op *op)
{
	const struct net_link *link = op->link;
	struct rtnl *rtnl = apply->rtnl[link->ns];
	const struct link_kind *kind = link_kinds[link->kind];
	int ifindex = rtnl_ifindex(rtnl, link->name), r;
	struct link_out out = { .apply = apply, .link = link };
	struct outcome done;

	if (!ifindex)
		return apply_no_device();
	out.msg = apply_link_message(op->attrs & IN_INFO ? RTM_NEWLINK : RTM_SETLINK, 0, ifindex, 0, 0);
	r = link_attr_put(&out, op->attrs, LINK_LEVEL_TOP);
	done = send_link(rtnl, &out, r < 0 ? r : put_info(&out, op->attrs));
	if (done.error == 0 && kind->check)
		return kind->check(rtnl, ifindex, link, op->attrs);
	return done;
}
