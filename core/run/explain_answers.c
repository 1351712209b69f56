/* SPDX-License-Identifier: Apache-2.0 */
/* explain_answers.c - FRR's answers -> facts; see explain_ask.h */
#include <errno.h>
#include <stdio.h>

#include "base/util.h"
#include "plan/desired.h"
#include "run/explain_ask_parts.h"

/* Whether a daemon has answered a question or refused one, and what it says if not. */
static bool listen_to(const struct explain_ask *ask, const char *daemon, struct explain_facts *facts)
{
	const struct inquiry *inquiry = &ask->asking.inquiry;
	const struct question *silent = NULL;

	for (size_t i = 0; i < inquiry->n_answered; i++) {
		const struct question *question = &inquiry->questions[i];

		if (!question->daemon || !streq(question->daemon, daemon))
			continue;
		/* FRR refuses to show what it does not have, as a VRF. */
		if (question->answer || question->err.code == EIO)
			return true;
		silent = silent ? silent : question;
	}
	if (silent && silent->err.code == ENOTSUP && !facts->unasked)
		facts->unasked = xstrdup(silent->err.msg);
	else if (silent && silent->err.code != ENOTSUP)
		health_add_silence(&facts->daemons, daemon, &silent->err);
	return false;
}

static bool skip_others(void *arg, uint32_t vni)
{
	return *(const uint32_t *)arg != vni;
}

static void judge_vni(const struct explain_ask *ask, struct explain_facts *facts)
{
	const char *zebra = explain_answer(ask, ASK_VNI), *bgp = explain_answer(ask, ASK_BGP_VNI);
	struct health_expected expected = { .config = facts->config, .skip = skip_others, .arg = &facts->subject.vni };
	_cleanup_free_ char *list = xasprintf("[%s]", zebra ? zebra : "");
	_cleanup_free_ char *map = NULL;
	char router_mac[18];
	uint8_t mac[6];

	if (!facts->config)
		return;
	/* Of a VNI that it does not have bgpd says so in words. */
	evpn_show_vni(bgp, &facts->bgp);
	map = facts->bgp.found ? xasprintf("{\"%u\":%s}", facts->subject.vni, bgp) : xstrdup("{}");
	desired_router_mac(facts->config, mac);
	snprintf(router_mac, sizeof(router_mac), "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3],
		 mac[4], mac[5]);
	expected.router_mac = router_mac;
	if (facts->has_zebra)
		health_judge_vnis(&expected, list, NULL, &facts->zebra_vni);
	if (facts->has_bgpd)
		health_judge_vnis(&expected, NULL, map, &facts->bgp_vni);
}

static void clear_reports(struct explain_facts *facts)
{
	health_report_clear(&facts->daemons);
	health_report_clear(&facts->zebra_vni);
	health_report_clear(&facts->bgp_vni);
	health_report_clear(&facts->sessions);
	health_report_clear(&facts->next_hops);
}

static void judge(const struct explain_ask *ask, struct explain_facts *facts)
{
	const char *answer;

	clear_reports(facts);
	facts->has_zebra = listen_to(ask, "zebra", facts);
	facts->has_bgpd = listen_to(ask, "bgpd", facts);
	if (facts->subject.vni)
		judge_vni(ask, facts);
	if ((answer = explain_answer(ask, ASK_SESSIONS)))
		health_judge_sessions(answer, &facts->sessions);
	if ((answer = explain_answer(ask, ASK_HOPS)))
		health_judge_next_hops(answer, &facts->next_hops);
	if ((answer = explain_answer(ask, ASK_HOPS_6)))
		health_judge_next_hops(answer, &facts->next_hops);
}

/* A route of type 3 that is for the VNI by its label or by a target, and not in the VNI's table. */
static bool is_stranger(const struct evpn_show_path *path, const void *arg)
{
	const struct explain_facts *facts = arg;
	bool is_ours = path->vni == facts->subject.vni;

	for (size_t i = 0; i < path->rts.n_items && !is_ours; i++) {
		const char *number = strrchr(path->rts.items[i], ':');

		is_ours = number && strtoul(number + 1, NULL, 10) == facts->subject.vni;
	}
	return is_ours && !path->own && path->type == 3;
}

/* A route of type 5 of another node that covers the address. */
static bool covers(const struct evpn_show_path *path, const void *arg)
{
	const struct ipaddr *ip = arg;
	struct ipaddr prefix;

	return path->type == 5 && !path->own && ipaddr_parse(path->ip, true, &prefix) && ipaddr_overlap(&prefix, ip);
}

static bool covers_own(const struct evpn_show_path *path, const void *arg)
{
	const struct ipaddr *ip = arg;
	struct ipaddr prefix;

	return path->type == 5 && path->own && ipaddr_parse(path->ip, true, &prefix) && ipaddr_overlap(&prefix, ip);
}

static void take_paths(const struct explain_ask *ask, struct explain_facts *facts)
{
	const struct ipaddr *ip = &facts->subject.ip;

	memset(&facts->received, 0, sizeof(facts->received));
	memset(&facts->imported, 0, sizeof(facts->imported));
	memset(&facts->own, 0, sizeof(facts->own));
	memset(&facts->multicast, 0, sizeof(facts->multicast));
	memset(&facts->strangers, 0, sizeof(facts->strangers));
	evpn_show_paths(explain_answer(ask, ASK_RECEIVED), NULL, NULL, &facts->received);
	evpn_show_paths(explain_answer(ask, ASK_ALL_PREFIXES), covers, ip, &facts->received);
	evpn_show_paths(explain_answer(ask, ASK_IMPORTED), NULL, NULL, &facts->imported);
	evpn_show_paths(explain_answer(ask, ASK_VRF_ROUTE), NULL, NULL, &facts->imported);
	evpn_show_paths(explain_answer(ask, ASK_OWN), facts->l3 ? covers_own : NULL, ip, &facts->own);
	evpn_show_paths(explain_answer(ask, ASK_MULTICAST), NULL, NULL, &facts->multicast);
	evpn_show_paths(explain_answer(ask, ASK_ALL_MULTICAST), is_stranger, facts, &facts->strangers);
}

static void add_vtep(struct explain_facts *facts, const struct ipaddr *ip, bool in_zebra, bool announced)
{
	struct explain_vtep *vtep = NULL;

	for (size_t i = 0; i < facts->n_vteps; i++)
		if (ipaddr_same(&facts->vteps[i].ip, ip))
			vtep = &facts->vteps[i];
	if (!vtep && facts->n_vteps == EXPLAIN_VTEPS)
		return;
	if (!vtep) {
		vtep = &facts->vteps[facts->n_vteps++];
		vtep->ip = *ip;
		ipaddr_format(ip, false, vtep->text);
	}
	vtep->in_zebra |= in_zebra;
	vtep->announced |= announced;
}

static void add_next_hops(struct explain_facts *facts, const struct evpn_show_paths *paths, bool announced)
{
	struct ipaddr ip;

	for (size_t i = 0; i < paths->n_items; i++)
		if (!paths->items[i].own && ipaddr_parse(paths->items[i].next_hop, false, &ip))
			add_vtep(facts, &ip, false, announced);
}

/* VTEPs whose hosts are in the VNI's table, though there is no route of type 3. */
static void add_hosts_vteps(const struct explain_ask *ask, struct explain_facts *facts)
{
	_cleanup_free_ struct evpn_show_paths *paths = xcalloc(1, sizeof(*paths));

	evpn_show_paths(explain_answer(ask, ASK_TABLE), NULL, NULL, paths);
	add_next_hops(facts, paths, false);
}

/* Those that matter to the subject: of a VNI all, of a MAC or an address those behind which it may be. */
static void collect_vteps(const struct explain_ask *ask, struct explain_facts *facts)
{
	struct ipaddr vteps[EXPLAIN_VTEPS], ip;
	size_t n;

	memset(facts->vteps, 0, sizeof(facts->vteps));
	facts->n_vteps = 0;
	n = facts->l3 ? evpn_show_next_hops(explain_answer(ask, ASK_NEXT_HOPS), vteps, EXPLAIN_VTEPS)
		      : evpn_show_vteps(explain_answer(ask, ASK_VNI), vteps, EXPLAIN_VTEPS);
	facts->n_all_vteps = n;
	if (facts->subject.kind == EXPLAIN_VNI) {
		for (size_t i = 0; i < n && i < EXPLAIN_VTEPS; i++)
			add_vtep(facts, &vteps[i], true, false);
		add_next_hops(facts, &facts->multicast, true);
		add_hosts_vteps(ask, facts);
		return;
	}
	if (ipaddr_is_set(&facts->way.via))
		add_vtep(facts, &facts->way.via, false, false);
	if (ipaddr_parse(facts->mac.vtep, false, &ip))
		add_vtep(facts, &ip, true, false);
	if (facts->l2)
		add_next_hops(facts, &facts->received, false);
}

/* bgpd's tables may be longer than a plugin takes. */
static void note_unsearched(const struct explain_ask *ask, struct explain_facts *facts)
{
	static const enum explain_question searches[] = { ASK_FIND_IP,	    ASK_FIND_MAC,      ASK_TABLE,
							  ASK_ALL_PREFIXES, ASK_ALL_MULTICAST, ASK_ALL_ADDRESSES };
	const struct inquiry *inquiry = &ask->asking.inquiry;

	for (size_t i = 0; i < inquiry->n_answered; i++) {
		const struct question *question = &inquiry->questions[i];

		for (size_t j = 0; j < ARRAY_LEN(searches) && !question->answer && !facts->unsearched; j++)
			if (ask->commands[searches[j]] && streq(ask->commands[searches[j]], question->command))
				facts->unsearched = xstrdup(question->err.msg);
	}
}

void explain_take_answers(struct explain_ask *ask)
{
	struct explain_facts *facts = &ask->facts;
	const char *table = explain_answer(ask, ASK_ALL_ADDRESSES);
	char macs[1][18];

	judge(ask, facts);
	note_unsearched(ask, facts);
	evpn_show_mac(explain_answer(ask, ASK_MAC), facts->subject.mac, &facts->mac);
	evpn_show_neighbor(explain_answer(ask, ASK_NEIGHBOR), &facts->entry);
	evpn_show_next_hop_mac(explain_answer(ask, ASK_HOP_MAC), facts->hop_mac);
	facts->n_macs_of_ip = evpn_show_macs_of(explain_answer(ask, ASK_TABLE), &facts->subject.ip, facts->macs_of_ip,
						ARRAY_LEN(facts->macs_of_ip));
	facts->others_have_ip = evpn_show_macs_of(table, &facts->subject.ip, macs, 1) > 0;
	take_paths(ask, facts);
	collect_vteps(ask, facts);
}
