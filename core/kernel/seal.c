/* SPDX-License-Identifier: Apache-2.0 */
/* seal.c - see seal.h */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>

#include "base/util.h"
#include "kernel/link_attr.h"
#include "kernel/seal.h"
#include "kernel/tc.h"

#define CLASSIFIER "bpf"
#define PRIORITY   1

/* With TCA_BPF_FLAG_ACT_DIRECT the result is what becomes of the packet. */
static const struct sock_filter drop[] = { BPF_STMT(BPF_RET | BPF_K, TC_ACT_SHOT) };

/* Offsets from the Ethernet header on: IPv6's next header; type and router lifetime of a router advertisement (RFC 4861, 4.2). */
#define NEXT_HEADER    20
#define ICMP6_TYPE     54
#define LIFETIME       60
#define ADVERTISEMENT  134
#define TC_ACT_NEITHER UINT32_MAX /* TC_ACT_UNSPEC */

static const struct sock_filter drop_goodbye[] = {
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, NEXT_HEADER), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_ICMPV6, 0, 4),
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, ICMP6_TYPE),	 BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ADVERTISEMENT, 0, 2),
	BPF_STMT(BPF_LD | BPF_H | BPF_ABS, LIFETIME),	 BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0),
	BPF_STMT(BPF_RET | BPF_K, TC_ACT_NEITHER),	 BPF_STMT(BPF_RET | BPF_K, TC_ACT_SHOT),
};

/* A seal is a block of its own, with one filter. */
static const struct seal {
	uint8_t bit;
	int block_attr;
	uint16_t protocol;
	const struct sock_filter *code;
	uint16_t n_code;
} seals[] = {
	{ NET_SEAL_IPV4, TCA_INGRESS_BLOCK, ETH_P_IP, drop, ARRAY_LEN(drop) },
	{ NET_SEAL_GOODBYE, TCA_EGRESS_BLOCK, ETH_P_IPV6, drop_goodbye, ARRAY_LEN(drop_goodbye) },
};

/* Numbers that are this instance's. */
static uint32_t block_of(const struct seal *seal, const struct read_ident *ident)
{
	return seal->bit == NET_SEAL_IPV4 ? ident->birth_group : ident->leaving_group;
}

static uint32_t filter_info(const struct seal *seal)
{
	return TC_H_MAKE(PRIORITY << 16, htons(seal->protocol));
}

static bool is_filter(const struct seal *seal, const struct tcmsg *tcm, struct nlattr *const *tb)
{
	const int size = (int)(seal->n_code * sizeof(*seal->code));
	struct nlattr *options[TCA_BPF_MAX + 1];

	return tcm->tcm_info == filter_info(seal) && streq(nla_get_string(tb[TCA_KIND]), CLASSIFIER) &&
	       tb[TCA_OPTIONS] && nla_parse_nested(options, TCA_BPF_MAX, tb[TCA_OPTIONS], NULL) == 0 &&
	       options[TCA_BPF_OPS] && nla_len(options[TCA_BPF_OPS]) == size &&
	       memcmp(nla_data(options[TCA_BPF_OPS]), seal->code, (size_t)size) == 0 && options[TCA_BPF_FLAGS] &&
	       (nla_get_u32(options[TCA_BPF_FLAGS]) & TCA_BPF_FLAG_ACT_DIRECT);
}

struct sealed {
	int ifindex;
	uint8_t seals;
};

struct seal_reader {
	const struct read_ident *ident;
	const struct seal *seal; /* whose filter is read */
	uint8_t whole; /* the seals whose blocks have their filters */
	struct sealed *devices;
	size_t n_devices;
};

static void each_filter(const struct nlmsghdr *hdr, void *arg)
{
	struct seal_reader *reader = arg;
	struct nlattr *tb[TCA_MAX + 1];
	const struct tcmsg *tcm;

	if (hdr->nlmsg_type == RTM_NEWTFILTER && tc_parse(hdr, &tcm, tb) && is_filter(reader->seal, tcm, tb))
		reader->whole |= reader->seal->bit;
}

static void restart_filters(void *arg)
{
	struct seal_reader *reader = arg;

	reader->whole &= (uint8_t)~reader->seal->bit;
}

/* The seals in whose blocks the device's qdisc is. */
static uint8_t seals_of(struct nlattr *const *tb, const struct read_ident *ident)
{
	uint8_t bits = 0;

	if (!tc_is_qdisc(tb))
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(seals); i++)
		if (tb[seals[i].block_attr] && nla_get_u32(tb[seals[i].block_attr]) == block_of(&seals[i], ident))
			bits |= seals[i].bit;
	return bits;
}

static void each_qdisc(const struct nlmsghdr *hdr, void *arg)
{
	struct seal_reader *reader = arg;
	struct nlattr *tb[TCA_MAX + 1];
	const struct tcmsg *tcm;
	uint8_t bits;

	if (hdr->nlmsg_type != RTM_NEWQDISC || !tc_parse(hdr, &tcm, tb))
		return;
	bits = seals_of(tb, reader->ident) & reader->whole;
	if (bits)
		*(struct sealed *)util_append(&reader->devices, &reader->n_devices,
					      sizeof(struct sealed)) = (struct sealed){ tcm->tcm_ifindex, bits };
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

int seal_read(struct rtnl *rtnl, const struct read_ident *ident, seal_each *each, void *arg)
{
	struct seal_reader reader = { .ident = ident };
	const struct tcmsg qdiscs = { 0 };
	int r = 0;

	for (size_t i = 0; i < ARRAY_LEN(seals) && r == 0; i++) {
		const struct tcmsg filters = { .tcm_ifindex = (int)TCM_IFINDEX_MAGIC_BLOCK,
					       .tcm_block_index = block_of(&seals[i], ident) };

		reader.seal = &seals[i];
		r = rtnl_dump(rtnl, message(RTM_GETTFILTER, 0, &filters), each_filter, restart_filters, &reader);
	}
	if (r == 0 && reader.whole)
		r = rtnl_dump(rtnl, message(RTM_GETQDISC, 0, &qdiscs), each_qdisc, restart_qdiscs, &reader);
	for (size_t i = 0; i < reader.n_devices && r == 0; i++)
		each(reader.devices[i].ifindex, reader.devices[i].seals, arg);
	free(reader.devices);
	/* A kernel without traffic control has nothing to be read. */
	return r == -EOPNOTSUPP ? 0 : r;
}

static bool is_block(uint32_t block, const struct read_ident *ident)
{
	for (size_t i = 0; i < ARRAY_LEN(seals); i++)
		if (block == block_of(&seals[i], ident))
			return true;
	return false;
}

bool seal_concerns(const struct nlmsghdr *hdr, const struct read_ident *ident, int (*find)(int ifindex, void *arg),
		   void *arg)
{
	struct nlattr *tb[TCA_MAX + 1];
	const struct tcmsg *tcm;
	int known;

	if (!tc_parse(hdr, &tcm, tb))
		return false;
	if (hdr->nlmsg_type == RTM_NEWTFILTER || hdr->nlmsg_type == RTM_DELTFILTER)
		return hdr->nlmsg_type == RTM_DELTFILTER && tcm->tcm_ifindex == (int)TCM_IFINDEX_MAGIC_BLOCK &&
		       is_block(tcm->tcm_block_index, ident);
	if (!tc_is_qdisc(tb))
		return false;
	known = find(tcm->tcm_ifindex, arg);
	return known >= 0 && known != (hdr->nlmsg_type == RTM_NEWQDISC ? seals_of(tb, ident) : 0);
}

static int add_qdisc(struct rtnl *rtnl, int ifindex, unsigned int bits, const struct read_ident *ident)
{
	const struct tcmsg tcm = { .tcm_ifindex = ifindex,
				   .tcm_handle = TC_H_MAKE(TC_H_CLSACT, 0),
				   .tcm_parent = TC_H_CLSACT };
	struct nl_msg *msg = message(RTM_NEWQDISC, NLM_F_CREATE | NLM_F_EXCL, &tcm);

	nla_put_string(msg, TCA_KIND, bits & NET_SEAL_GOODBYE ? TC_CLSACT : TC_QDISC);
	for (size_t i = 0; i < ARRAY_LEN(seals); i++)
		if (bits & seals[i].bit)
			nla_put_u32(msg, seals[i].block_attr, block_of(&seals[i], ident));
	return rtnl_request(rtnl, msg);
}

static int add_filter(struct rtnl *rtnl, const struct seal *seal, const struct read_ident *ident)
{
	const struct tcmsg tcm = { .tcm_ifindex = (int)TCM_IFINDEX_MAGIC_BLOCK,
				   .tcm_block_index = block_of(seal, ident),
				   .tcm_handle = 1,
				   .tcm_info = filter_info(seal) };
	struct nl_msg *msg = message(RTM_NEWTFILTER, NLM_F_CREATE | NLM_F_EXCL, &tcm);
	struct nlattr *options;
	int r;

	nla_put_string(msg, TCA_KIND, CLASSIFIER);
	options = nla_nest_start(msg, TCA_OPTIONS);
	nla_put_u16(msg, TCA_BPF_OPS_LEN, seal->n_code);
	nla_put(msg, TCA_BPF_OPS, seal->n_code * (int)sizeof(*seal->code), seal->code);
	nla_put_u32(msg, TCA_BPF_FLAGS, TCA_BPF_FLAG_ACT_DIRECT);
	nla_nest_end(msg, options);
	r = rtnl_request(rtnl, msg);
	/* The first device of the block brought it. */
	return r == -EEXIST ? 0 : r;
}

struct outcome apply_link_seal(struct apply *apply, const struct op *op)
{
	const struct read_ident ident = { .birth_group = net_birth_group(apply->instance),
					  .leaving_group = net_leaving_group(apply->instance) };
	struct rtnl *rtnl = apply->rtnl[op->link->ns];
	int ifindex = rtnl_ifindex(rtnl, op->link->name), r;
	const char *why = NULL;

	if (!ifindex)
		return apply_no_device();
	if (!op->link->seals)
		return OUTCOME(tc_delete_qdisc(rtnl, ifindex));
	r = add_qdisc(rtnl, ifindex, op->link->seals, &ident);
	/* One with other seals; another program's; or a block has lost its filter. */
	if (r == -EEXIST && tc_delete_qdisc(rtnl, ifindex) == 0)
		r = add_qdisc(rtnl, ifindex, op->link->seals, &ident);
	for (size_t i = 0; i < ARRAY_LEN(seals) && r == 0; i++)
		if (op->link->seals & seals[i].bit)
			r = add_filter(rtnl, &seals[i], &ident);
	if (r == -ENOENT)
		why = "this kernel lacks what keeps tenants out of the namespace, and the end of router advertisements "
		      "in: its modules "
		      "sch_ingress and cls_bpf";
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

const struct link_attr link_attr_seals = { .put = put_nothing, .get = get_nothing };
