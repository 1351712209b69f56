/* SPDX-License-Identifier: Apache-2.0 */
/* seal.c - see seal.h */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>

#include "base/util.h"
#include "kernel/link_attr.h"
#include "kernel/seal.h"

#define QDISC	    "clsact"
#define CLASSIFIER  "bpf"
#define PRIORITY    1
#define FILTER_INFO TC_H_MAKE(PRIORITY << 16, htons(ETH_P_IP))

/* A program of one instruction: with TCA_BPF_FLAG_ACT_DIRECT its result is what becomes of the packet. */
static const struct sock_filter drop = { .code = BPF_RET | BPF_K, .k = TC_ACT_SHOT };

static bool parse(const struct nlmsghdr *hdr, const struct tcmsg **ret_tcm, struct nlattr *tb[TCA_MAX + 1])
{
	*ret_tcm = nlmsg_data(hdr);
	return nlmsg_datalen(hdr) >= (int)sizeof(struct tcmsg) &&
	       nlmsg_parse((struct nlmsghdr *)(uintptr_t)hdr, sizeof(struct tcmsg), tb, TCA_MAX, NULL) == 0 &&
	       tb[TCA_KIND];
}

static bool is_drop(const struct tcmsg *tcm, struct nlattr *const *tb)
{
	struct nlattr *options[TCA_BPF_MAX + 1];

	return tcm->tcm_info == FILTER_INFO && streq(nla_get_string(tb[TCA_KIND]), CLASSIFIER) && tb[TCA_OPTIONS] &&
	       nla_parse_nested(options, TCA_BPF_MAX, tb[TCA_OPTIONS], NULL) == 0 && options[TCA_BPF_OPS] &&
	       nla_len(options[TCA_BPF_OPS]) == sizeof(drop) &&
	       memcmp(nla_data(options[TCA_BPF_OPS]), &drop, sizeof(drop)) == 0 && options[TCA_BPF_FLAGS] &&
	       (nla_get_u32(options[TCA_BPF_FLAGS]) & TCA_BPF_FLAG_ACT_DIRECT);
}

struct seal_reader {
	uint32_t block;
	bool drops;
	int *devices;
	size_t n_devices;
};

static void each_filter(const struct nlmsghdr *hdr, void *arg)
{
	struct seal_reader *reader = arg;
	struct nlattr *tb[TCA_MAX + 1];
	const struct tcmsg *tcm;

	if (hdr->nlmsg_type == RTM_NEWTFILTER && parse(hdr, &tcm, tb))
		reader->drops = reader->drops || is_drop(tcm, tb);
}

static void restart_filters(void *arg)
{
	((struct seal_reader *)arg)->drops = false;
}

/* The block of the device's clsact; 0: it is in none. */
static uint32_t block_of(struct nlattr *const *tb)
{
	return streq(nla_get_string(tb[TCA_KIND]), QDISC) && tb[TCA_INGRESS_BLOCK] ? nla_get_u32(tb[TCA_INGRESS_BLOCK])
										   : 0;
}

static void each_qdisc(const struct nlmsghdr *hdr, void *arg)
{
	struct seal_reader *reader = arg;
	struct nlattr *tb[TCA_MAX + 1];
	const struct tcmsg *tcm;

	if (hdr->nlmsg_type == RTM_NEWQDISC && parse(hdr, &tcm, tb) && block_of(tb) == reader->block)
		*(int *)util_append(&reader->devices, &reader->n_devices, sizeof(int)) = tcm->tcm_ifindex;
}

static void restart_qdiscs(void *arg)
{
	((struct seal_reader *)arg)->n_devices = 0;
}

static struct nl_msg *message(int type, int flags, const struct tcmsg *tcm)
{
	struct nl_msg *msg = rtnl_message(type, flags);

	nlmsg_append(msg, (void *)(uintptr_t)tcm, sizeof(*tcm), NLMSG_ALIGNTO);
	return msg;
}

int seal_read(struct rtnl *rtnl, uint32_t block, void (*each)(int ifindex, void *arg), void *arg)
{
	const struct tcmsg filters = { .tcm_ifindex = (int)TCM_IFINDEX_MAGIC_BLOCK, .tcm_block_index = block },
			   qdiscs = { 0 };
	struct seal_reader reader = { .block = block };
	int r = rtnl_dump(rtnl, message(RTM_GETTFILTER, 0, &filters), each_filter, restart_filters, &reader);

	if (r == 0 && reader.drops)
		r = rtnl_dump(rtnl, message(RTM_GETQDISC, 0, &qdiscs), each_qdisc, restart_qdiscs, &reader);
	for (size_t i = 0; i < reader.n_devices && r == 0; i++)
		each(reader.devices[i], arg);
	free(reader.devices);
	/* A kernel without traffic control has nothing to be read. */
	return r == -EOPNOTSUPP ? 0 : r;
}

bool seal_concerns(const struct nlmsghdr *hdr, uint32_t block, int (*find)(int ifindex, void *arg), void *arg)
{
	struct nlattr *tb[TCA_MAX + 1];
	const struct tcmsg *tcm;
	int known;

	if (!parse(hdr, &tcm, tb))
		return false;
	if (hdr->nlmsg_type == RTM_NEWTFILTER || hdr->nlmsg_type == RTM_DELTFILTER)
		return hdr->nlmsg_type == RTM_DELTFILTER && tcm->tcm_ifindex == (int)TCM_IFINDEX_MAGIC_BLOCK &&
		       tcm->tcm_block_index == block;
	if (!streq(nla_get_string(tb[TCA_KIND]), QDISC))
		return false;
	known = find(tcm->tcm_ifindex, arg);
	return known >= 0 && known != (hdr->nlmsg_type == RTM_NEWQDISC && block_of(tb) == block);
}

static int add_qdisc(struct rtnl *rtnl, int ifindex, uint32_t block)
{
	const struct tcmsg tcm = { .tcm_ifindex = ifindex,
				   .tcm_handle = TC_H_MAKE(TC_H_CLSACT, 0),
				   .tcm_parent = TC_H_CLSACT };
	struct nl_msg *msg = message(RTM_NEWQDISC, NLM_F_CREATE | NLM_F_EXCL, &tcm);

	nla_put_string(msg, TCA_KIND, QDISC);
	nla_put_u32(msg, TCA_INGRESS_BLOCK, block);
	return rtnl_request(rtnl, msg);
}

static int delete_qdisc(struct rtnl *rtnl, int ifindex)
{
	const struct tcmsg tcm = { .tcm_ifindex = ifindex,
				   .tcm_handle = TC_H_MAKE(TC_H_CLSACT, 0),
				   .tcm_parent = TC_H_CLSACT };
	int r = rtnl_request(rtnl, message(RTM_DELQDISC, 0, &tcm));

	/* There is none. */
	return r == -ENOENT || r == -EINVAL ? 0 : r;
}

static int add_filter(struct rtnl *rtnl, uint32_t block)
{
	const struct tcmsg tcm = { .tcm_ifindex = (int)TCM_IFINDEX_MAGIC_BLOCK,
				   .tcm_block_index = block,
				   .tcm_handle = 1,
				   .tcm_info = FILTER_INFO };
	struct nl_msg *msg = message(RTM_NEWTFILTER, NLM_F_CREATE | NLM_F_EXCL, &tcm);
	struct nlattr *options;
	int r;

	nla_put_string(msg, TCA_KIND, CLASSIFIER);
	options = nla_nest_start(msg, TCA_OPTIONS);
	nla_put_u16(msg, TCA_BPF_OPS_LEN, 1);
	nla_put(msg, TCA_BPF_OPS, sizeof(drop), &drop);
	nla_put_u32(msg, TCA_BPF_FLAGS, TCA_BPF_FLAG_ACT_DIRECT);
	nla_nest_end(msg, options);
	r = rtnl_request(rtnl, msg);
	/* The first device of the block brought it. */
	return r == -EEXIST ? 0 : r;
}

struct outcome apply_link_seal(struct apply *apply, const struct op *op)
{
	struct rtnl *rtnl = apply->rtnl[op->link->ns];
	const uint32_t block = net_birth_group(apply->instance);
	int ifindex = rtnl_ifindex(rtnl, op->link->name), r;
	const char *why = NULL;

	if (!ifindex)
		return apply_no_device();
	if (!op->link->sealed)
		return OUTCOME(delete_qdisc(rtnl, ifindex));
	r = add_qdisc(rtnl, ifindex, block);
	/* Another program's, which is in no block or in another one; or the block has lost its filter. */
	if (r == -EEXIST && delete_qdisc(rtnl, ifindex) == 0)
		r = add_qdisc(rtnl, ifindex, block);
	if (r == 0)
		r = add_filter(rtnl, block);
	if (r == -ENOENT)
		why = "this kernel lacks what keeps tenants out of the namespace: its modules sch_ingress and cls_bpf";
	return (struct outcome){ .error = r, .why = why };
}

/* No message about the link itself has it. */
static int put_nothing(struct link_out *out)
{
	return 0;
}

static void get_nothing(const struct link_in *in, struct net_link *link)
{
}

const struct link_attr link_attr_sealed = { .put = put_nothing, .get = get_nothing };
