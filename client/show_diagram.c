/* SPDX-License-Identifier: Apache-2.0 */
/* show_diagram.c - the command diagram: the node as a picture, of evpnd's status; see show.h */
#include <errno.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/util.h"
#include "graph.h"
#include "request.h"
#include "show.h"

extern char **environ;

/* The host's devices have their column. */
#define HOST_WIDTH 34

static void show_host(const struct fold *fold)
{
	char name[FOLD_TEXT_SIZE], bridge[FOLD_TEXT_SIZE];
	const char *host = fold_device(fold, "host", name), *on = fold_device(fold, "host_bridge", bridge);
	int width = host[0] ? printf("  %s%s%s ", on, on[0] ? " -- " : "", host) : printf("  ");

	for (; width < HOST_WIDTH; width++)
		putchar(host[0] ? '=' : ' ');
	fputs(host[0] ? "|== " : "|   ", stdout);
}

/* br-lan -- lan110 ====|== pe110 -- br110 -- vni110    L2VNI 110    up */
static void show_fold(const struct options *options, const struct fold *fold)
{
	char name[FOLD_TEXT_SIZE], devices[3 * FOLD_TEXT_SIZE], numbers[FOLD_TEXT_SIZE];
	const char *peer = fold_device(fold, "peer", name), *vrf = json_text(fold->first, "vrf");
	int len = snprintf(devices, sizeof(devices), "%s%s", peer, peer[0] ? " -- " : "");

	len += snprintf(devices + len, sizeof(devices) - (size_t)len, "%s -- ", fold_device(fold, "bridge", name));
	snprintf(devices + len, sizeof(devices) - (size_t)len, "%s", fold_device(fold, "vxlan", name));
	show_host(fold);
	printf("%-44s %sVNI %-13s ", devices, json_text(fold->first, "type"), fold_numbers(fold, numbers));
	show_state(options, json_text(fold->first, "state"), 0);
	printf("%s%s%s%s%s\n", json_text(fold->first, "reason")[0] ? " " : "", json_text(fold->first, "reason"),
	       vrf[0] ? "  VRF " : "", vrf, fold->mixed ? ".." : "");
}

static void show_inside(const char *text)
{
	printf("  %*s|   %s\n", HOST_WIDTH - 2, "", text);
}

static void show_nic(const struct options *options, const json_t *nic)
{
	const char *parent = json_text(nic, "parent");
	int width = parent[0] ? printf("  %s ", parent) : printf("  ");
	bool on_host = streq(json_text(nic, "namespace"), "host");

	for (; width < HOST_WIDTH; width++)
		putchar(parent[0] ? '=' : ' ');
	printf("%s NIC %s: ", parent[0] ? "|==" : "|  ", json_text(nic, on_host ? "name" : "in_frr"));
	show_state(options, json_text(nic, "state"), 0);
	printf("%s\n", on_host ? ", on the host" : "");
}

static void show_session(const struct options *options, const json_t *session)
{
	const char *neighbor = json_text(session, "neighbor");

	printf("  %*s|     -- %-36s ", HOST_WIDTH - 2, "", neighbor);
	show_state(options, json_text(session, "state"), 0);
	printf("%s\n", graph_session_vrf(neighbor) ? "" : "  fabric");
}

/* Of many sessions those that are established are a number. */
static void show_sessions(const struct options *options, const json_t *sessions)
{
	size_t i, n = json_array_size(sessions), n_hidden = 0;
	json_t *session;

	json_array_foreach(sessions, i, session)
	{
		if (n > 2 * GRAPH_LISTED_MAX && streq(json_text(session, "state"), "Established"))
			n_hidden++;
		else
			show_session(options, session);
	}
	if (n_hidden)
		printf("  %*s|     -- %zu more sessions, Established\n", HOST_WIDTH - 2, "", n_hidden);
}

static void show_remote(const json_t *vteps)
{
	size_t i, n = json_array_size(vteps);
	json_t *vtep;

	printf("  %*s|        remote VTEPs:", HOST_WIDTH - 2, "");
	json_array_foreach(vteps, i, vtep)
	{
		if (i < GRAPH_LISTED_MAX)
			printf(" %s", json_string_value(vtep));
	}
	if (n > GRAPH_LISTED_MAX)
		printf(" and %zu more", n - GRAPH_LISTED_MAX);
	puts(n ? "" : " none");
}

static void write_text(const struct options *options, const json_t *status)
{
	_cleanup_free_ struct fold *folds = NULL;
	_cleanup_free_ char *vtep = xasprintf("VTEP %s on %s", json_text(status, "vtep"),
					      json_text(status, "vtep_device"));
	size_t i, n = graph_fold(status, &folds);
	json_t *nic;

	printf("evpnd %s: ", json_text(status, "instance"));
	show_state(options, json_text(status, "state"), 0);
	printf("\n\n  %-*s|   FRR's namespace\n", HOST_WIDTH - 2, "host");
	for (i = 0; i < n; i++)
		show_fold(options, &folds[i]);
	show_inside("");
	show_inside(vtep);
	json_array_foreach(json_object_get(status, "nics"), i, nic) show_nic(options, nic);
	show_sessions(options, json_object_get(status, "sessions"));
	show_remote(json_object_get(status, "remote_vteps"));
}

/* dot(1) draws what it reads, on our stdout. Returns the exit code. */
static int write_svg(const struct graph *graph)
{
	char *const argv[] = { (char[]){ "dot" }, (char[]){ "-Tsvg" }, NULL };
	posix_spawn_file_actions_t actions;
	int ends[2], status, r;
	FILE *out;
	pid_t pid;

	if (pipe(ends) < 0)
		return EXIT_FAILED;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO);
	posix_spawn_file_actions_addclose(&actions, ends[0]);
	posix_spawn_file_actions_addclose(&actions, ends[1]);
	r = posix_spawnp(&pid, "dot", &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[0]);
	out = fdopen(ends[1], "w");
	if (r != 0 || !out) {
		fprintf(stderr,
			"evpnctl: diagram: cannot run dot: %s; --svg needs Graphviz (Debian: graphviz), --mermaid and "
			"--text need nothing\n",
			strerror(r ? r : errno));
		close(ends[1]);
		return EXIT_FAILED;
	}
	graph_write_dot(graph, out);
	fclose(out);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (status == 0)
		return EXIT_DONE;
	fprintf(stderr, "evpnctl: diagram: dot has failed\n");
	return EXIT_FAILED;
}

static void write_json(const struct graph *graph)
{
	static const char *const healths[GRAPH_HEALTHS] = { "good", "waiting", "bad", "unknown" };
	json_t *nodes = json_array(), *edges = json_array(), *json;

	for (size_t i = 0; i < graph->n_nodes; i++)
		json_array_append_new(nodes,
				      json_pack("{ss ss ss ss}", "place", graph_places[graph->nodes[i].place], "vrf",
						graph->nodes[i].vrf ? graph->nodes[i].vrf : "", "label",
						graph->nodes[i].label, "health", healths[graph->nodes[i].health]));
	for (size_t i = 0; i < graph->n_edges; i++)
		json_array_append_new(edges, json_pack("{si si ss ss}", "from", (int)graph->edges[i].from, "to",
						       (int)graph->edges[i].to, "label", graph->edges[i].label,
						       "health", healths[graph->edges[i].health]));
	json = json_pack("{ss so so}", "title", graph->title, "nodes", nodes, "edges", edges);
	json_dumpf(json, stdout, JSON_INDENT(1));
	putchar('\n');
	json_decref(json);
}

int show_diagram(const struct options *options, char *const *words)
{
	const char *format = options->format ? options->format : "text";
	struct graph *graph;
	json_t *status;
	int r = request_fetch(options, "status", NULL, &status);

	if (r >= 0)
		return r;
	graph = graph_make(status);
	r = EXIT_DONE;
	if (options->json)
		write_json(graph);
	else if (streq(format, "mermaid"))
		graph_write_mermaid(graph, stdout);
	else if (streq(format, "dot"))
		graph_write_dot(graph, stdout);
	else if (streq(format, "svg"))
		r = write_svg(graph);
	else
		write_text(options, status);
	graph_free(graph);
	json_decref(status);
	return r;
}
