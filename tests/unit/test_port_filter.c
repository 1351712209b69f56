/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_port_filter.c - which frames a port relays and limits, by the programs that are sent to the kernel, run by the kernel on a pair
 * of sockets; what is sent is read back, and noticed if it changes
 *
 * The linker replaces rtnl_request(), which keeps the messages.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/util.h"
#include "kernel/limit.h"
#include "kernel/port_filter.h"
#include "kernel/relay.h"
#include "unit.h"

#define PORT   5
#define TARGET 7

int __wrap_rtnl_request(struct rtnl *rtnl, struct nl_msg *msg);

static struct nl_msg *sent[RELAY_COUNT];
static size_t n_sent;
static struct port_filters known;

int __wrap_rtnl_request(struct rtnl *rtnl, struct nl_msg *msg)
{
	ck_assert_uint_lt(n_sent, RELAY_COUNT);
	sent[n_sent++] = msg;
	return 0;
}

static void teardown(void)
{
	while (n_sent)
		nlmsg_free(sent[--n_sent]);
}

/* The program of a filter that was sent. */
static struct sock_fprog program_of(size_t i)
{
	struct nlattr *tb[TCA_MAX + 1], *bpf[TCA_BPF_MAX + 1];
	const struct tcmsg *tcm;

	ck_assert(tc_parse(nlmsg_hdr(sent[i]), &tcm, tb));
	ck_assert_int_eq(nla_parse_nested(bpf, TCA_BPF_MAX, tb[TCA_OPTIONS], NULL), 0);
	return (struct sock_fprog){ .len = (unsigned short)(nla_len(bpf[TCA_BPF_OPS]) / sizeof(struct sock_filter)),
				    .filter = nla_data(bpf[TCA_BPF_OPS]) };
}

static bool passes(size_t i, const uint8_t *frame, size_t size)
{
	const struct sock_fprog program = program_of(i);
	uint8_t buf[128];
	int pair[2];
	bool came;

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, pair), 0);
	ck_assert_int_eq(setsockopt(pair[1], SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)), 0);
	(void)!write(pair[0], frame, size);
	came = read(pair[1], buf, sizeof(buf)) == (ssize_t)size;
	close(pair[0]);
	close(pair[1]);
	return came;
}

/* What is to differ from a frame that passes: an octet of it. */
struct change {
	size_t offset;
	uint8_t value;
};

static void check(size_t filter, const uint8_t *good, size_t size, const struct change *bad, size_t n_bad)
{
	uint8_t frame[128];

	ck_assert_int_eq(relay_add(NULL, PORT, TARGET), 0);
	ck_assert_uint_eq(n_sent, RELAY_COUNT);
	ck_assert(passes(filter, good, size));
	ck_assert(!passes(1 - filter, good, size));
	for (size_t i = 0; i < n_bad; i++) {
		memcpy(frame, good, size);
		frame[bad[i].offset] = bad[i].value;
		ck_assert_msg(!passes(filter, frame, size), "octet %zu is %u", bad[i].offset, bad[i].value);
	}
	/* Cut off. */
	for (size_t cut = 0; cut < size; cut++)
		ck_assert_msg(!passes(filter, good, cut), "cut off at %zu", cut);
}

START_TEST(gratuitous_arp_is_relayed)
{
	static const uint8_t arp[42] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0,   1,   8,  6,
					 0,    1,    8,	   0,	 6,    4,    0, 1, 2, 0, 0,   0,   0,  1,
					 192,  168,  20,   100,	 0,    0,    0, 0, 0, 0, 192, 168, 20, 100 };
	/* To one machine; no ARP; not Ethernet; not IPv4; other lengths; a question for another address. */
	static const struct change bad[] = { { 0, 2 },	 { 13, 0 }, { 15, 6 },	{ 17, 1 }, { 18, 8 },
					     { 19, 16 }, { 31, 1 }, { 41, 99 }, { 28, 0 } };
	uint8_t nobody[sizeof(arp)];

	check(0, arp, sizeof(arp), bad, ARRAY_LEN(bad));
	memcpy(nobody, arp, sizeof(arp));
	memset(nobody + 28, 0, 4);
	memset(nobody + 38, 0, 4);
	ck_assert(!passes(0, nobody, sizeof(nobody)));
	/* An answer nobody asked for is another form of it. */
	memcpy(nobody, arp, sizeof(arp));
	nobody[21] = 2;
	ck_assert(passes(0, nobody, sizeof(nobody)));
}
END_TEST

START_TEST(unsolicited_advertisements_are_relayed)
{
	static const uint8_t na[] = { 0x33, 0x33, 0, 0, 0, 1,  2,   0,	  0,	0,   0, 1, 0x86, 0xdd, 0x60,
				      0,    0,	  0, 0, 5, 58, 255, 0xfe, 0x80, 0,   0, 0, 0,	 0,    0,
				      0,    0,	  0, 0, 0, 0,  0,   1,	  0xff, 2,   0, 0, 0,	 0,    0,
				      0,    0,	  0, 0, 0, 0,  0,   0,	  1,	136, 0, 0, 0,	 0x20 };
	/* No IPv6; no ICMPv6; came through a router; to others than all nodes; a solicitation; an answer. */
	static const struct change bad[] = { { 13, 0 }, { 20, 17 }, { 21, 254 }, { 38, 0xfe }, { 39, 5 },   { 45, 1 },
					     { 49, 1 }, { 53, 2 },  { 54, 135 }, { 55, 1 },    { 58, 0x60 } };

	check(1, na, sizeof(na), bad, ARRAY_LEN(bad));
}
END_TEST

START_TEST(a_relay_is_read_as_it_was_sent)
{
	struct relay relay = { 0 };

	ck_assert_int_eq(relay_add(NULL, PORT, TARGET), 0);
	for (size_t i = 0; i < n_sent; i++) {
		/* Not before both are there. */
		ck_assert_int_eq(relay_target(&relay), 0);
		ck_assert(relay_take(nlmsg_hdr(sent[i]), &relay));
	}
	ck_assert_int_eq(relay_target(&relay), TARGET);
}
END_TEST

static bool find(int ifindex, void *arg, struct port_filters *ret)
{
	*ret = known;
	return ifindex == PORT;
}

static bool concerns(size_t i)
{
	return port_filter_concerns(nlmsg_hdr(sent[i]), find, NULL);
}

START_TEST(a_change_is_noticed)
{
	ck_assert_int_eq(relay_add(NULL, PORT, TARGET), 0);
	known = (struct port_filters){ .target = TARGET };
	ck_assert(!concerns(0) && !concerns(1));
	known.target = TARGET + 1;
	ck_assert(concerns(0) && concerns(1));
	known.target = 0;
	ck_assert(concerns(0) && concerns(1));
	nlmsg_hdr(sent[0])->nlmsg_type = RTM_DELTFILTER;
	ck_assert(!concerns(0));
	known.target = TARGET;
	ck_assert(concerns(0));
}
END_TEST

START_TEST(limits_are_read_as_they_were_sent)
{
	const struct net_limits limits = {
		.rates = { [NET_LIMIT_BROADCAST] = { 1000, true }, [NET_LIMIT_MULTICAST] = { 64000, false } }
	};
	struct net_limits found = { 0 };
	uint64_t dropped = 0;

	ck_assert_int_eq(limit_add(NULL, PORT, &limits), 0);
	ck_assert_uint_eq(n_sent, 2);
	for (size_t i = 0; i < n_sent; i++)
		ck_assert(limit_take(nlmsg_hdr(sent[i]), &found, &dropped));
	ck_assert(net_limits_same(&found, &limits));
	known = (struct port_filters){ .limits = limits };
	ck_assert(!concerns(0) && !concerns(1));
	known.limits.rates[NET_LIMIT_MULTICAST].n = 128000;
	ck_assert(!concerns(0) && concerns(1));
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("filters of a port");

	tcase_add_checked_fixture(tcase, NULL, teardown);
	tcase_add_test(tcase, gratuitous_arp_is_relayed);
	tcase_add_test(tcase, unsolicited_advertisements_are_relayed);
	tcase_add_test(tcase, a_relay_is_read_as_it_was_sent);
	tcase_add_test(tcase, a_change_is_noticed);
	tcase_add_test(tcase, limits_are_read_as_they_were_sent);
	return unit_run("filters of a port", tcase);
}
