/* SPDX-License-Identifier: Apache-2.0 */
/* explain_ask.c - the rounds of questions, and their end; see explain_ask.h */
#include <stdio.h>

#include "base/util.h"
#include "run/explain_ask_parts.h"

static const char *const daemons[ASK_COUNT] = {
	[ASK_FIND_IP] = "bgpd",	     [ASK_FIND_MAC] = "bgpd",	   [ASK_VNI] = "zebra",
	[ASK_HOPS] = "zebra",	     [ASK_HOPS_6] = "zebra",	   [ASK_MAC] = "zebra",
	[ASK_NEIGHBOR] = "zebra",    [ASK_HOP_MAC] = "zebra",	   [ASK_NEXT_HOPS] = "zebra",
	[ASK_BGP_VNI] = "bgpd",	     [ASK_SESSIONS] = "bgpd",	   [ASK_TABLE] = "bgpd",
	[ASK_VRF_ROUTE] = "bgpd",    [ASK_RECEIVED] = "bgpd",	   [ASK_IMPORTED] = "bgpd",
	[ASK_OWN] = "bgpd",	     [ASK_MULTICAST] = "bgpd",	   [ASK_ALL_MULTICAST] = "bgpd",
	[ASK_ALL_PREFIXES] = "bgpd", [ASK_ALL_ADDRESSES] = "bgpd",
};

const char *explain_answer(const struct explain_ask *ask, enum explain_question question)
{
	const char *command = ask->commands[question];

	return command ? inquiry_answer(&ask->asking.inquiry, daemons[question], command) : NULL;
}

static void put(struct explain_ask *ask, enum explain_question question, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
static void put(struct explain_ask *ask, enum explain_question question, const char *format, ...)
{
	va_list ap;

	if (ask->commands[question])
		return;
	va_start(ap, format);
	ask->commands[question] = xvasprintf(format, ap);
	va_end(ap);
	inquiry_add(&ask->asking.inquiry, daemons[question], ask->commands[question]);
}

static void clear(struct explain_ask *ask)
{
	for (int i = 0; i < ASK_COUNT; i++)
		free(util_take_ptr(&ask->commands[i]));
	explain_facts_clear(&ask->facts);
	ask->round = 0;
}

/* " ip 192.0.2.1" behind a MAC, for the route that has both; "" for the MAC's own. */
static const char *ip_words(const struct explain_facts *facts, char buf[IPADDR_TEXT_SIZE + 8])
{
	char ip[IPADDR_TEXT_SIZE];

	buf[0] = '\0';
	if (facts->subject.kind == EXPLAIN_IP)
		snprintf(buf, IPADDR_TEXT_SIZE + 8, " ip %s", ipaddr_format(&facts->subject.ip, false, ip));
	return buf;
}

/* Where a subject is that the kernel does not know. False: nothing to ask. */
static bool ask_place(struct explain_ask *ask)
{
	struct explain_facts *facts = &ask->facts;
	char ip[IPADDR_TEXT_SIZE + 8];

	if (facts->subject.vni || facts->subject.vrf[0] || facts->subject.kind == EXPLAIN_VNI || !facts->config)
		return false;
	if (facts->subject.mac[0])
		put(ask, ASK_FIND_MAC, "show bgp l2vpn evpn route rd all mac %s%s json", facts->subject.mac,
		    ip_words(facts, ip));
	else
		put(ask, ASK_FIND_IP, "show bgp l2vpn evpn route type macip json");
	return true;
}

static bool take_place(const struct evpn_show_path *path, const void *arg)
{
	(void)arg;
	return path->vni != 0;
}

/* The first VNI of evpn.conf that the routes name. */
static void find_vni(struct explain_ask *ask)
{
	_cleanup_free_ struct evpn_show_paths *paths = xcalloc(1, sizeof(*paths));

	evpn_show_paths(explain_answer(ask, ASK_FIND_MAC), take_place, NULL, paths);
	for (size_t i = 0; i < paths->n_items && !ask->facts.subject.vni; i++)
		if (!explain_set_vni(&ask->facts, paths->items[i].vni) && !ask->facts.foreign_vni)
			ask->facts.foreign_vni = paths->items[i].vni;
}

static void ask_vni(struct explain_ask *ask)
{
	struct explain_facts *facts = &ask->facts;
	uint32_t vni = facts->subject.vni;

	put(ask, ASK_SESSIONS, "%s", HEALTH_SESSIONS);
	put(ask, ASK_HOPS, "%s", HEALTH_NEXT_HOPS);
	if (facts->config && facts->config->underlay.vtep.family == AF_INET6)
		put(ask, ASK_HOPS_6, "%s", HEALTH_NEXT_HOPS_6);
	if (!vni)
		return;
	put(ask, ASK_VNI, "show evpn vni %u json", vni);
	put(ask, ASK_BGP_VNI, "show bgp l2vpn evpn vni %u json", vni);
	if (facts->l3)
		put(ask, ASK_NEXT_HOPS, "show evpn next-hops vni %u json", vni);
}

static void ask_address(struct explain_ask *ask)
{
	const struct explain_facts *facts = &ask->facts;
	const char *family = facts->subject.ip.family == AF_INET ? "ipv4" : "ipv6";
	char ip[IPADDR_TEXT_SIZE], via[IPADDR_TEXT_SIZE];

	if (facts->subject.kind != EXPLAIN_IP || !facts->subject.vni)
		return;
	ipaddr_format(&facts->subject.ip, false, ip);
	if (facts->l2) {
		put(ask, ASK_NEIGHBOR, "show evpn arp-cache vni %u ip %s json", facts->subject.vni, ip);
	} else if (facts->l3) {
		put(ask, ASK_VRF_ROUTE, "show bgp vrf %s %s unicast %s json", facts->l3->vrf, family, ip);
		if (ipaddr_is_set(&facts->way.via))
			put(ask, ASK_HOP_MAC, "show evpn next-hops vni %u ip %s json", facts->subject.vni,
			    ipaddr_format(&facts->way.via, false, via));
	}
}

/*
 * Which MACs an address has by the VNI's routes. bgpd writes the whole table for that, so it is asked only if zebra does not have the
 * address, or has another MAC than the kernel.
 */
static void ask_macs(struct explain_ask *ask)
{
	const struct explain_facts *facts = &ask->facts;
	const char *mac = facts->entry.mac;

	if (!facts->l2 || facts->subject.kind != EXPLAIN_IP ||
	    (mac[0] && (!facts->subject.mac[0] || streq(mac, facts->subject.mac))))
		return;
	put(ask, ASK_TABLE, "show bgp l2vpn evpn route vni %u type macip json", facts->subject.vni);
}

static void ask_routes(struct explain_ask *ask)
{
	const struct explain_facts *facts = &ask->facts;
	const struct explain_subject *subject = &facts->subject;
	char ip[IPADDR_TEXT_SIZE + 8];

	if (facts->l3 && subject->kind == EXPLAIN_IP && facts->bgp.rd[0])
		put(ask, ASK_OWN, "show bgp l2vpn evpn route rd %s type prefix json", facts->bgp.rd);
	if (!facts->l2)
		return;
	if (subject->kind == EXPLAIN_VNI) {
		put(ask, ASK_MULTICAST, "show bgp l2vpn evpn route vni %u type multicast json", subject->vni);
		if (facts->bgp.rd[0])
			put(ask, ASK_OWN, "show bgp l2vpn evpn route rd %s type multicast json", facts->bgp.rd);
		return;
	}
	if (!subject->mac[0])
		return;
	ip_words(facts, ip);
	put(ask, ASK_MAC, "show evpn mac vni %u mac %s json", subject->vni, subject->mac);
	put(ask, ASK_RECEIVED, "show bgp l2vpn evpn route rd all mac %s%s json", subject->mac, ip);
	put(ask, ASK_IMPORTED, "show bgp l2vpn evpn route vni %u mac %s%s json", subject->vni, subject->mac, ip);
	if (facts->bgp.rd[0])
		put(ask, ASK_OWN, "show bgp l2vpn evpn route rd %s mac %s%s json", facts->bgp.rd, subject->mac, ip);
}

static bool has_others(const struct evpn_show_paths *paths)
{
	for (size_t i = 0; i < paths->n_items; i++)
		if (!paths->items[i].own)
			return true;
	return false;
}

/* Whole tables, which bgpd needs some time to write: only if what was asked for is not there. */
static void ask_tables(struct explain_ask *ask)
{
	const struct explain_facts *facts = &ask->facts;

	if (!facts->has_bgpd)
		return;
	if (facts->l2 && facts->subject.kind == EXPLAIN_VNI && !has_others(&facts->multicast)) {
		put(ask, ASK_ALL_MULTICAST, "show bgp l2vpn evpn route detail type multicast json");
		put(ask, ASK_TABLE, "show bgp l2vpn evpn route vni %u type macip json", facts->subject.vni);
	}
	if (facts->l3 && facts->subject.kind == EXPLAIN_IP && !facts->way.found)
		put(ask, ASK_ALL_PREFIXES, "show bgp l2vpn evpn route type prefix json");
	if (facts->l2 && facts->subject.kind == EXPLAIN_IP && !facts->subject.mac[0])
		put(ask, ASK_ALL_ADDRESSES, "show bgp l2vpn evpn route type macip json");
}

static bool finish(struct explain_ask *ask)
{
	explain_kernel_entries(ask->daemon, &ask->facts);
	ask->done(&ask->facts, ask->arg);
	return false;
}

static void begin(struct explain_ask *ask)
{
	clear(ask);
	ask->facts.subject = ask->subject;
	explain_find_config(ask->daemon, &ask->facts);
	explain_kernel_find(ask->daemon, &ask->facts);
}

/* The subject's place is known, or will not be. */
static void settle(struct explain_ask *ask)
{
	explain_find_applied(ask->daemon, &ask->facts);
	explain_kernel_devices(ask->daemon, &ask->facts);
}

/* The MAC of an address that the kernel does not have, or has wrong: zebra's, else the one that a route has. */
static void take_mac(struct explain_facts *facts)
{
	const char *mac = facts->entry.mac[0] ? facts->entry.mac : facts->n_macs_of_ip ? facts->macs_of_ip[0] : "";

	if (facts->subject.kind == EXPLAIN_IP && facts->l2 && mac[0])
		snprintf(facts->subject.mac, sizeof(facts->subject.mac), "%s", mac);
}

/* What the round leads to; >0: there are further questions, which the next round takes. */
static bool take_round(struct explain_ask *ask)
{
	struct explain_facts *facts = &ask->facts;
	char macs[1][18];

	explain_take_answers(ask);
	switch (ask->round++) {
	case 0: /* where it is: an address first, its MAC then */
		if (facts->subject.kind == EXPLAIN_IP && !facts->subject.mac[0] &&
		    evpn_show_macs_of(explain_answer(ask, ASK_FIND_IP), &facts->subject.ip, macs, 1)) {
			snprintf(facts->subject.mac, sizeof(facts->subject.mac), "%s", macs[0]);
			return ask_place(ask);
		}
		return true;
	case 1:
		find_vni(ask);
		settle(ask);
		ask_vni(ask);
		ask_address(ask);
		return true;
	case 2:
		ask_macs(ask);
		return true;
	case 3:
		take_mac(facts);
		ask_routes(ask);
		return true;
	case 4:
		ask_tables(ask);
		return true;
	default:
		return false;
	}
}

static bool take(struct asking *asking, enum asking_event event, void *arg)
{
	struct explain_ask *ask = arg;

	switch (event) {
	case ASKING_BEGIN:
		begin(ask);
		ask_place(ask);
		return true;
	case ASKING_ANSWERED:
		break;
	case ASKING_UNABLE:
		begin(ask);
		settle(ask);
		ask->facts.unasked = xstrdup(asking->why.msg);
		return finish(ask);
	}
	return take_round(ask) || finish(ask);
}

struct explain_ask *explain_ask_new(const struct daemon *daemon, const struct explain_subject *subject,
				    void (*done)(const struct explain_facts *facts, void *arg), void *arg)
{
	struct explain_ask *ask = xcalloc(1, sizeof(*ask));

	ask->daemon = daemon;
	ask->subject = *subject;
	ask->done = done;
	ask->arg = arg;
	ask->asking.take = take;
	ask->asking.arg = ask;
	return ask;
}

struct asking *explain_ask_asking(struct explain_ask *ask)
{
	return &ask->asking;
}

void explain_ask_free(struct explain_ask *ask)
{
	clear(ask);
	inquiry_clear(&ask->asking.inquiry);
	free(ask);
}
