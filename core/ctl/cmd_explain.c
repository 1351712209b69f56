/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_explain.c - the command explain: parses the subject, shows the chain; see ctl_parts.h and run/explain.h */
#include <ctype.h>
#include <errno.h>

#include "base/json.h"
#include "base/util.h"
#include "ctl/ctl_parts.h"
#include "run/explain_ask.h"

/* "02:00:00:00:00:05", "02-00-00-00-00-05", "0200.0000.0005" */
static bool parse_mac(const char *text, char ret_mac[18])
{
	char digits[13];
	size_t n = 0;

	for (const char *c = text; *c; c++) {
		if (isxdigit((unsigned char)*c) && n < 12)
			digits[n++] = (char)tolower((unsigned char)*c);
		else if (!strchr(":-.", *c))
			return false;
		else if (c == text || !isxdigit((unsigned char)c[1]))
			return false;
	}
	if (n != 12)
		return false;
	snprintf(ret_mac, 18, "%.2s:%.2s:%.2s:%.2s:%.2s:%.2s", digits, digits + 2, digits + 4, digits + 6, digits + 8,
		 digits + 10);
	return true;
}

static bool is_name(const char *text)
{
	size_t len = strlen(text);

	return len > 0 && len < IFNAMSIZ && !strpbrk(text, " /\t\n");
}

static int parse(const struct ctl_client *client, struct explain_subject *subject, struct evpn_error *err)
{
	const char *mac = NULL, *ip = NULL, *vrf = NULL;
	json_int_t vni = 0;

	if (ctl_arg_number(client, "vni", 1, 0xffffff, &vni, err) < 0 || ctl_arg_text(client, "mac", &mac, err) < 0 ||
	    ctl_arg_text(client, "ip", &ip, err) < 0 || ctl_arg_text(client, "vrf", &vrf, err) < 0)
		return -1;
	subject->vni = (uint32_t)vni;
	subject->kind = ip ? EXPLAIN_IP : mac ? EXPLAIN_MAC : EXPLAIN_VNI;
	if ((mac && ip) || (vrf && !ip) || (vrf && vni) || (!mac && !ip && !vni))
		return evpn_fail(err, EINVAL,
				 "explain takes a VNI, or a MAC with or without a VNI, or an address with or without a "
				 "VNI or a VRF");
	if (mac && !parse_mac(mac, subject->mac))
		return evpn_fail(err, EINVAL, "`%.40s' is not a MAC address", mac);
	if (ip && !ipaddr_parse(ip, false, &subject->ip))
		return evpn_fail(err, EINVAL, "`%.60s' is not an IP address", ip);
	if (vrf && !is_name(vrf))
		return evpn_fail(err, EINVAL, "`%.40s' is not the name of a VRF", vrf);
	snprintf(subject->vrf, sizeof(subject->vrf), "%s", vrf ? vrf : "");
	return 0;
}

static const char *place_name(enum evpn_show_place place)
{
	switch (place) {
	case EVPN_LOCAL:
		return "local";
	case EVPN_REMOTE:
		return "remote";
	case EVPN_NOWHERE:
	case EVPN_AUTO:
		break;
	}
	return "";
}

/* The command as it can be pasted: evpnd holds FRR's namespace open, FRR's shell is in its container. */
static char *next_text(const struct daemon *daemon, const struct explain_link *link)
{
	int fd = daemon->run.netns_fd[NET_NS_FRR];

	switch (link->where) {
	case EXPLAIN_IN_NETNS:
		if (fd >= 0)
			return xasprintf("nsenter --net=/proc/%d/fd/%d %s", (int)getpid(), fd, link->next);
		break;
	case EXPLAIN_IN_FRR:
		return xasprintf("vtysh -c '%s'", link->next);
	case EXPLAIN_ON_HOST:
	case EXPLAIN_ELSEWHERE:
		break;
	}
	return xstrdup(link->next);
}

static json_t *link_json(const struct daemon *daemon, const struct explain_link *link)
{
	json_t *json = json_pack("{ss ss ss ss so}", "link", link->id, "name", link->name, "verdict",
				 explain_verdict_name(link->verdict), "reason", link->reason, "seen",
				 json_printable(link->seen));
	_cleanup_free_ char *next = link->next ? next_text(daemon, link) : NULL;

	if (next) {
		json_object_set_new(json, "next", json_printable(next));
		json_object_set_new(json, "where", json_string(explain_where_name(link->where)));
	}
	return json;
}

static json_t *subject_json(const struct explain_facts *facts, const struct explain_chain *chain)
{
	static const char *const kinds[] = { [EXPLAIN_VNI] = "vni", [EXPLAIN_MAC] = "mac", [EXPLAIN_IP] = "ip" };
	const struct explain_subject *subject = &facts->subject;
	json_t *json = json_pack("{ss ss}", "kind", kinds[subject->kind], "place", place_name(chain->place));
	char ip[IPADDR_TEXT_SIZE];

	if (subject->vni)
		json_object_set_new(json, "vni", json_integer(subject->vni));
	if (facts->l3)
		json_object_set_new(json, "vrf", json_string(facts->l3->vrf));
	if (subject->mac[0])
		json_object_set_new(json, "mac", json_printable(subject->mac));
	if (subject->kind == EXPLAIN_IP)
		json_object_set_new(json, "ip", json_string(ipaddr_format(&subject->ip, false, ip)));
	for (size_t i = 0; i < facts->n_others; i++) {
		if (i == 0)
			json_object_set_new(json, "also_in_vnis", json_array());
		json_array_append_new(json_object_get(json, "also_in_vnis"), json_integer(facts->others[i]));
	}
	return json;
}

static json_t *chain_json(const struct daemon *daemon, const struct explain_facts *facts)
{
	struct explain_chain chain;
	const struct explain_link *first;
	json_t *json, *links = json_array();

	explain_walk(facts, &chain);
	first = explain_first(&chain);
	for (size_t i = 0; i < chain.n_links; i++)
		json_array_append_new(links, link_json(daemon, &chain.links[i]));
	json = json_pack("{so ss so}", "subject", subject_json(facts, &chain), "verdict",
			 explain_verdict_name(first ? first->verdict : EXPLAIN_OK), "links", links);
	if (first)
		json_object_set_new(json, "first", json_integer(first - chain.links));
	explain_chain_clear(&chain);
	return json;
}

static void done(const struct explain_facts *facts, void *arg)
{
	struct ctl_client *client = arg;
	struct ctl *ctl = client->ctl;

	ctl_reply(client, chain_json(ctl->host->daemon, facts));
	/* It may be gone now. */
	ctl_client_sweep(ctl);
}

int ctl_cmd_explain(struct ctl_client *client, struct evpn_error *err)
{
	const struct control_host *host = client->ctl->host;
	struct explain_subject subject = { 0 };
	struct explain_ask *ask;

	if (parse(client, &subject, err) < 0)
		return -1;
	ask = explain_ask_new(host->daemon, &subject, done, client);
	client->state = ask;
	host->ask(host->evpnd, explain_ask_asking(ask));
	return 0;
}

void ctl_cmd_explain_end(struct ctl_client *client)
{
	const struct control_host *host = client->ctl->host;

	if (!client->state)
		return;
	host->unask(host->evpnd, explain_ask_asking(client->state));
	explain_ask_free(client->state);
}
