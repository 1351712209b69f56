/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_collect.c - the command collect: what a bug report needs of evpnd and FRR; see ctl_parts.h */
#include "base/escape.h"
#include "base/util.h"
#include "ctl/ctl_parts.h"
#include "frr/running.h"
#include "run/asking.h"

/* Tables for a person, so not as JSON. */
static const struct {
	const char *daemon, *command;
} tables[] = {
	{ "zebra", "show version" },
	{ "zebra", "show evpn vni detail" },
	{ "zebra", "show evpn mac vni all" },
	{ "zebra", "show evpn arp-cache vni all" },
	{ "zebra", "show evpn next-hops vni all" },
	{ "zebra", "show evpn rmac vni all" },
	{ "zebra", "show vrf vni" },
	{ "zebra", "show interface vrf all" },
	{ "zebra", "show ip route vrf all" },
	{ "zebra", "show ipv6 route vrf all" },
	{ "zebra", "show ip nht vrf all" },
	{ "zebra", "show ipv6 nht vrf all" },
	{ "zebra", "show zebra" },
	{ "bgpd", "show bgp l2vpn evpn summary" },
	{ "bgpd", "show bgp vrf all neighbors" },
	{ "bgpd", "show bgp l2vpn evpn vni" },
	{ "bgpd", "show bgp l2vpn evpn route" },
	{ "bgpd", "show bgp nexthop" },
	{ "bfdd", "show bfd peers" },
};

struct collect {
	struct asking asking;
	struct ctl_client *client;
	bool second_round; /* the running configuration of each daemon */
};

/* Escaped bytes of one table, and of all: far below what may wait for a client. */
#define TABLE_MAX  (8u << 20)
#define TABLES_MAX (32u << 20)

/* The table, or why it is left out. */
static void add_text(json_t *entry, const char *answer, size_t *left)
{
	_cleanup_free_ char *text = escape_text(answer);
	size_t len = strlen(text);

	if (len > TABLE_MAX || len > *left) {
		json_object_set_new(entry, "error", json_sprintf("it is too long: %zu KiB", len >> 10));
		return;
	}
	*left -= len;
	json_object_set_new(entry, "text", json_string(text));
}

static json_t *answers(const struct inquiry *inquiry)
{
	json_t *array = json_array();
	size_t left = TABLES_MAX;

	for (size_t i = 0; i < inquiry->n_questions; i++) {
		const struct question *question = &inquiry->questions[i];
		json_t *entry = json_pack("{ss ss}", "daemon", question->daemon ? question->daemon : "", "command",
					  question->command);

		if (question->answer)
			add_text(entry, question->answer, &left);
		else
			json_object_set_new(entry, "error", json_printable(question->err.msg));
		json_array_append_new(array, entry);
	}
	return array;
}

static void add_secret(json_t *array, const struct config_session *session)
{
	if (session->password)
		json_array_append_new(array, json_printable(session->password));
}

/* The client hides them wherever they stand. It is root, and could read them in evpn.conf. */
static json_t *secrets(const struct config *config)
{
	json_t *array = json_array();

	for (size_t i = 0; config && i < config->frr.n_neighbors; i++)
		add_secret(array, &config->frr.neighbors[i].session);
	for (size_t i = 0; config && i < config->n_l3vnis; i++)
		add_secret(array, &config->l3vnis[i].host.session);
	return array;
}

static json_t *files(const struct config *config)
{
	json_t *array = json_array();

	for (size_t i = 0; config && i < config->n_files; i++)
		json_array_append_new(array, json_printable(config->files[i]));
	if (config && config->frr.source)
		json_array_append_new(array, json_printable(config->frr.source));
	return array;
}

/* The client may be gone then, and *collect with it. */
static void reply(struct collect *collect, json_t *frr)
{
	struct ctl *ctl = collect->client->ctl;
	const struct daemon *daemon = ctl->host->daemon;
	const struct config *config = daemon->setup.config;
	json_t *data = json_pack("{so so so ss}", "frr", frr, "files", files(config), "secrets", secrets(config),
				 "frr_config", config ? config->frr.config : "");

	if (daemon->run.netns_fd[NET_NS_FRR] >= 0)
		json_object_set_new(data, "netns_fd", json_integer(daemon->run.netns_fd[NET_NS_FRR]));
	ctl_reply(collect->client, data);
	ctl_client_sweep(ctl);
}

static bool take(struct asking *asking, enum asking_event event, void *arg)
{
	struct collect *collect = arg;
	const char *daemons;

	switch (event) {
	case ASKING_UNABLE:
		reply(collect, json_pack("[{ss ss ss}]", "daemon", "", "command", "", "error", asking->why.msg));
		return false;
	case ASKING_BEGIN:
		collect->second_round = false;
		inquiry_add(&asking->inquiry, NULL, RUNNING_DAEMONS);
		for (size_t i = 0; i < ARRAY_LEN(tables); i++)
			inquiry_add(&asking->inquiry, tables[i].daemon, tables[i].command);
		return true;
	case ASKING_ANSWERED:
		break;
	}
	daemons = inquiry_answer(&asking->inquiry, NULL, RUNNING_DAEMONS);
	if (!collect->second_round && daemons) {
		collect->second_round = true;
		inquiry_add_daemons(&asking->inquiry, daemons);
		return true;
	}
	reply(collect, answers(&asking->inquiry));
	return false;
}

int ctl_cmd_collect(struct ctl_client *client, struct evpn_error *err)
{
	const struct control_host *host = client->ctl->host;
	struct collect *collect = xcalloc(1, sizeof(*collect));

	*collect = (struct collect){ .asking = { .take = take, .arg = collect }, .client = client };
	client->state = collect;
	host->ask(host->evpnd, &collect->asking);
	return 0;
}

void ctl_cmd_collect_end(struct ctl_client *client)
{
	struct collect *collect = client->state;
	const struct control_host *host = client->ctl->host;

	if (!collect)
		return;
	host->unask(host->evpnd, &collect->asking);
	free(collect);
}
