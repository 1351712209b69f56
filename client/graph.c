/* SPDX-License-Identifier: Apache-2.0 */
/* graph.c - the status as a graph; see graph.h */
#include <string.h>

#include "base/util.h"
#include "graph.h"

#define NO_NODE SIZE_MAX

const char *const graph_places[GRAPH_PLACES] = { "host", "FRR's namespace", "fabric" };

/* While it is being made: the nodes that others are connected to. */
struct maker {
	struct graph *graph;
	const json_t *status;
	size_t vtep, *nics, n_nics, underlay, fabric; /* underlay, fabric: NO_NODE, if there is none */
};

enum graph_health graph_health_of(const char *state)
{
	static const char *const good[] = { "up", "Established" };
	static const char *const waiting[] = { "pending" };
	static const char *const unknown[] = { "unknown", "removed", "" };

	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		if (streq(state, good[i]))
			return GRAPH_GOOD;
	for (size_t i = 0; i < ARRAY_LEN(waiting); i++)
		if (streq(state, waiting[i]))
			return GRAPH_WAITING;
	for (size_t i = 0; i < ARRAY_LEN(unknown); i++)
		if (streq(state, unknown[i]))
			return GRAPH_UNKNOWN;
	return GRAPH_BAD;
}

const char *graph_session_vrf(const char *neighbor)
{
	const char *in = strstr(neighbor, " in VRF ");

	return in ? in + strlen(" in VRF ") : NULL;
}

size_t graph_fold(const json_t *status, struct fold **ret_folds)
{
	const json_t *vnis = json_object_get(status, "vnis");
	size_t n = 0;

	*ret_folds = NULL;
	for (int level = FOLD_ALIKE; level <= FOLD_STATES; level++) {
		free(*ret_folds);
		n = fold_vnis(vnis, (enum fold_level)level, ret_folds);
		if (n <= GRAPH_FOLDS_MAX)
			break;
	}
	return n;
}

/* Takes `label' over. Returns the node's number. */
static size_t add_node(struct graph *graph, enum graph_place place, const char *vrf, enum graph_health health,
		       char *label)
{
	struct graph_node *node = util_append(&graph->nodes, &graph->n_nodes, sizeof(*node));

	*node = (struct graph_node){
		.place = place, .vrf = vrf ? xstrdup(vrf) : NULL, .label = label, .health = health
	};
	return graph->n_nodes - 1;
}

static void add_edge(struct graph *graph, size_t from, size_t to, const char *label)
{
	struct graph_edge *edge;

	if (from == NO_NODE || to == NO_NODE)
		return;
	edge = util_append(&graph->edges, &graph->n_edges, sizeof(*edge));
	*edge = (struct graph_edge){ .from = from, .to = to, .label = label };
	edge->health = graph->nodes[from].health > graph->nodes[to].health ? graph->nodes[from].health
									   : graph->nodes[to].health;
}

static long long number(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

/* A NIC, and what it is made on. */
static void add_nic(struct maker *maker, const json_t *nic)
{
	struct graph *graph = maker->graph;
	const char *state = json_text(nic, "state"), *parent = json_text(nic, "parent");
	bool on_host = streq(json_text(nic, "namespace"), "host");
	const char *name = json_text(nic, on_host ? "name" : "in_frr");
	size_t node = add_node(graph, on_host ? GRAPH_HOST : GRAPH_FRR, NULL, graph_health_of(state),
			       number(nic, "mtu") ? xasprintf("NIC %s\n%s, MTU %lld", name, state, number(nic, "mtu"))
						  : xasprintf("NIC %s\n%s", name, state));

	*(size_t *)util_append(&maker->nics, &maker->n_nics, sizeof(node)) = node;
	if (parent[0])
		add_edge(graph, add_node(graph, GRAPH_HOST, NULL, graph_health_of(state), xstrdup(parent)), node,
			 number(nic, "vlan") ? "VLAN" : "macvlan");
	add_edge(graph, maker->vtep, node, "");
}

static void add_underlay(struct maker *maker)
{
	json_t *nic;
	size_t i;

	maker->vtep = add_node(
		maker->graph, GRAPH_FRR, NULL, GRAPH_GOOD,
		xasprintf("VTEP %s\non %s", json_text(maker->status, "vtep"), json_text(maker->status, "vtep_device")));
	json_array_foreach(json_object_get(maker->status, "nics"), i, nic) add_nic(maker, nic);
}

/* The devices of VNIs: host bridge -- host device == peer -- bridge -- VXLAN -- VTEP. */
static void add_fold(struct maker *maker, const struct fold *fold)
{
	struct graph *graph = maker->graph;
	const char *first_vrf = json_text(fold->first, "vrf"), *state = json_text(fold->first, "state"),
		   *reason = json_text(fold->first, "reason");
	_cleanup_free_ char *vrf = first_vrf[0] ? xasprintf("VRF %s%s", first_vrf, fold->mixed ? ".." : "") : NULL;
	const json_t *devices = json_object_get(fold->first, "devices");
	enum graph_health health = graph_health_of(state);
	char numbers[FOLD_TEXT_SIZE], name[FOLD_TEXT_SIZE];
	size_t bridge, vxlan, peer, host;

	vxlan = add_node(graph, GRAPH_FRR, vrf, health,
			 xasprintf("%s\n%sVNI %s: %s%s%s", fold_device(fold, "vxlan", name),
				   json_text(fold->first, "type"), fold_numbers(fold, numbers), state,
				   reason[0] ? ", " : "", reason));
	bridge = add_node(graph, GRAPH_FRR, vrf, health, xstrdup(fold_device(fold, "bridge", name)));
	add_edge(graph, bridge, vxlan, "");
	add_edge(graph, vxlan, maker->vtep, "");
	if (!json_text(devices, "host")[0])
		return;
	peer = add_node(graph, GRAPH_FRR, vrf, health, xstrdup(fold_device(fold, "peer", name)));
	host = add_node(graph, GRAPH_HOST, NULL, health, xstrdup(fold_device(fold, "host", name)));
	add_edge(graph, host, peer, "veth");
	add_edge(graph, peer, bridge, streq(json_text(fold->first, "type"), "L3") ? "routed" : "");
	if (json_text(devices, "host_bridge")[0])
		add_edge(graph,
			 add_node(graph, GRAPH_HOST, NULL, health, xstrdup(fold_device(fold, "host_bridge", name))),
			 host, "");
}

/* The node in that place whose label is this text, or begins with it and a line break. */
static size_t find_node(const struct graph *graph, const char *prefix, const char *name)
{
	_cleanup_free_ char *text = xasprintf("%s%s", prefix, name);
	size_t len = strlen(text);

	for (size_t i = 0; i < graph->n_nodes; i++)
		if (strncmp(graph->nodes[i].label, text, len) == 0 &&
		    (graph->nodes[i].label[len] == '\0' || graph->nodes[i].label[len] == '\n'))
			return i;
	return NO_NODE;
}

/* An unnumbered session has the NIC's name; with one NIC all sessions go there, with several it is not known where. */
static size_t session_nic(struct maker *maker, const char *neighbor)
{
	size_t node = find_node(maker->graph, "NIC ", neighbor);

	if (node != NO_NODE || maker->n_nics == 0)
		return node;
	if (maker->n_nics == 1)
		return maker->nics[0];
	if (maker->underlay == NO_NODE) {
		maker->underlay = add_node(maker->graph, GRAPH_FABRIC, NULL, GRAPH_GOOD, xstrdup("underlay"));
		for (size_t i = 0; i < maker->n_nics; i++)
			add_edge(maker->graph, maker->nics[i], maker->underlay, "");
	}
	return maker->underlay;
}

/* The end of the L3VNI's veth in FRR's namespace, where the VRF's sessions with the host are. */
static size_t vrf_peer(const struct maker *maker, const char *vrf)
{
	json_t *vni;
	size_t i;

	json_array_foreach(json_object_get(maker->status, "vnis"), i, vni)
	{
		const char *peer = json_text(json_object_get(vni, "devices"), "peer");

		if (streq(json_text(vni, "vrf"), vrf) && streq(json_text(vni, "type"), "L3") && peer[0])
			return find_node(maker->graph, "", peer);
	}
	return NO_NODE;
}

/* A session, or several of the same kind that are established, under a label that this takes over. */
static void add_session_node(struct maker *maker, const char *neighbor, enum graph_health health, char *label)
{
	const char *vrf = graph_session_vrf(neighbor);
	size_t node = add_node(maker->graph, vrf ? GRAPH_HOST : GRAPH_FABRIC, NULL, health, label);

	if (vrf) {
		add_edge(maker->graph, node, vrf_peer(maker, vrf), "BGP");
		return;
	}
	add_edge(maker->graph, session_nic(maker, neighbor), node, "");
	if (maker->fabric == NO_NODE ||
	    (health == GRAPH_GOOD && maker->graph->nodes[maker->fabric].health != GRAPH_GOOD))
		maker->fabric = node;
}

/* The sessions of the fabric, or those in VRFs. Of many only those that are down are named: the reader looks for them. */
static void add_sessions(struct maker *maker, bool in_vrf)
{
	const json_t *sessions = json_object_get(maker->status, "sessions");
	const char *first_up = NULL;
	size_t i, n = 0, n_up = 0;
	json_t *session;

	json_array_foreach(sessions, i, session) n += !graph_session_vrf(json_text(session, "neighbor")) == !in_vrf;
	json_array_foreach(sessions, i, session)
	{
		const char *neighbor = json_text(session, "neighbor"), *state = json_text(session, "state");
		bool up = streq(state, "Established");

		if (!graph_session_vrf(neighbor) != !in_vrf)
			continue;
		if (n <= GRAPH_LISTED_MAX || !up) {
			add_session_node(maker, neighbor, graph_health_of(state),
					 xasprintf("BGP %s\n%s", neighbor, state));
			continue;
		}
		first_up = first_up ? first_up : neighbor;
		n_up++;
	}
	if (n_up)
		add_session_node(maker, first_up, GRAPH_GOOD,
				 xasprintf("%zu BGP sessions%s\nEstablished", n_up, in_vrf ? " in VRFs" : ""));
}

static void add_remote_vteps(struct maker *maker)
{
	const json_t *vteps = json_object_get(maker->status, "remote_vteps");
	size_t i, n = json_array_size(vteps);
	json_t *vtep;

	if (n > GRAPH_LISTED_MAX) {
		add_edge(
			maker->graph, maker->fabric,
			add_node(maker->graph, GRAPH_FABRIC, NULL, GRAPH_GOOD,
				 xasprintf("%zu remote VTEPs\n%s ...", n, json_string_value(json_array_get(vteps, 0)))),
			"");
		return;
	}
	json_array_foreach(vteps, i, vtep) add_edge(maker->graph, maker->fabric,
						    add_node(maker->graph, GRAPH_FABRIC, NULL, GRAPH_GOOD,
							     xasprintf("remote VTEP\n%s", json_string_value(vtep))),
						    "");
}

struct graph *graph_make(const json_t *status)
{
	struct maker maker = {
		.graph = xcalloc(1, sizeof(struct graph)), .status = status, .underlay = NO_NODE, .fabric = NO_NODE
	};
	_cleanup_free_ struct fold *folds = NULL;
	size_t n = graph_fold(status, &folds);

	maker.graph->title = xasprintf("evpnd %s: %s", json_text(status, "instance"), json_text(status, "state"));
	add_underlay(&maker);
	for (size_t i = 0; i < n; i++)
		add_fold(&maker, &folds[i]);
	add_sessions(&maker, false);
	add_sessions(&maker, true);
	add_remote_vteps(&maker);
	free(maker.nics);
	return maker.graph;
}

bool graph_is_first_of_vrf(const struct graph *graph, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (graph->nodes[k].vrf && streq(graph->nodes[k].vrf, graph->nodes[i].vrf))
			return false;
	return true;
}

void graph_free(struct graph *graph)
{
	for (size_t i = 0; i < graph->n_nodes; i++) {
		free(graph->nodes[i].vrf);
		free(graph->nodes[i].label);
	}
	free(graph->nodes);
	free(graph->edges);
	free(graph->title);
	free(graph);
}
