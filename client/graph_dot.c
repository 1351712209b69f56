/* SPDX-License-Identifier: Apache-2.0 */
/* graph_dot.c - a graph for Graphviz' dot(1); see graph.h */
#include "base/util.h"
#include "graph.h"

static const char *const fill[GRAPH_HEALTHS] = { "#d9f2d9", "#fff2cc", "#f8cecc", "#eeeeee" };
static const char *const line[GRAPH_HEALTHS] = { "#2d7d2d", "#b58900", "#b0201c", "#888888" };

static void write_text(const char *text, FILE *out)
{
	putc('"', out);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fprintf(out, "\\%c", *text);
		else if (*text == '\n')
			fputs("\\n", out);
		else
			putc(*text, out);
	}
	putc('"', out);
}

static void write_node(const struct graph *graph, size_t i, const char *indent, FILE *out)
{
	const struct graph_node *node = &graph->nodes[i];

	fprintf(out, "%sn%zu [label=", indent, i);
	write_text(node->label, out);
	fprintf(out, ", fillcolor=\"%s\", color=\"%s\"];\n", fill[node->health], line[node->health]);
}

/* The VRF of node `i', and all nodes in it. */
static void write_vrf(const struct graph *graph, size_t i, FILE *out)
{
	fprintf(out, "\t\tsubgraph cluster_vrf%zu {\n\t\t\tlabel=", i);
	write_text(graph->nodes[i].vrf, out);
	fputs(";\n\t\t\tstyle=\"rounded,dashed\";\n", out);
	for (size_t k = i; k < graph->n_nodes; k++)
		if (graph->nodes[k].vrf && streq(graph->nodes[k].vrf, graph->nodes[i].vrf))
			write_node(graph, k, "\t\t\t", out);
	fputs("\t\t}\n", out);
}

static void write_place(const struct graph *graph, int place, FILE *out)
{
	fprintf(out, "\tsubgraph cluster%d {\n\t\tlabel=\"%s\";\n\t\tstyle=rounded;\n", place, graph_places[place]);
	for (size_t i = 0; i < graph->n_nodes; i++) {
		if ((int)graph->nodes[i].place != place)
			continue;
		if (!graph->nodes[i].vrf)
			write_node(graph, i, "\t\t", out);
		else if (graph_is_first_of_vrf(graph, i))
			write_vrf(graph, i, out);
	}
	fputs("\t}\n", out);
}

void graph_write_dot(const struct graph *graph, FILE *out)
{
	fputs("graph evpnd {\n\tlabel=", out);
	write_text(graph->title, out);
	fputs(";\n\tlabelloc=t;\n\trankdir=LR;\n\tfontname=\"sans-serif\";\n\tfontsize=14;\n"
	      "\tnode [shape=box, style=\"rounded,filled\", fontname=\"sans-serif\", fontsize=11];\n"
	      "\tedge [fontname=\"sans-serif\", fontsize=9];\n",
	      out);
	for (int place = 0; place < GRAPH_PLACES; place++)
		write_place(graph, place, out);
	for (size_t i = 0; i < graph->n_edges; i++) {
		const struct graph_edge *edge = &graph->edges[i];

		fprintf(out, "\tn%zu -- n%zu [label=\"%s\", color=\"%s\"];\n", edge->from, edge->to, edge->label,
			line[edge->health]);
	}
	fputs("}\n", out);
}
