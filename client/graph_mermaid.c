/* SPDX-License-Identifier: Apache-2.0 */
/* graph_mermaid.c - a graph as a Mermaid flowchart, which GitHub, GitLab and wikis draw; see graph.h */
#include "base/util.h"
#include "graph.h"

static const char *const class_names[GRAPH_HEALTHS] = { "good", "waiting", "bad", "unknown" };

/* Mermaid has entities for what its syntax or HTML would take. */
static void write_text(const char *text, FILE *out)
{
	putc('"', out);
	for (; *text; text++) {
		if (*text == '\n')
			fputs("<br>", out);
		else if (*text == '"' || *text == '<' || *text == '>' || *text == '&' || *text == '#' || *text == ';')
			fprintf(out, "#%d;", *text);
		else
			putc(*text, out);
	}
	putc('"', out);
}

static void write_node(const struct graph *graph, size_t i, const char *indent, FILE *out)
{
	fprintf(out, "%sn%zu[", indent, i);
	write_text(graph->nodes[i].label, out);
	fprintf(out, "]:::%s\n", class_names[graph->nodes[i].health]);
}

static void write_vrf(const struct graph *graph, size_t i, FILE *out)
{
	fprintf(out, "    subgraph vrf%zu[", i);
	write_text(graph->nodes[i].vrf, out);
	fputs("]\n", out);
	for (size_t k = i; k < graph->n_nodes; k++)
		if (graph->nodes[k].vrf && streq(graph->nodes[k].vrf, graph->nodes[i].vrf))
			write_node(graph, k, "      ", out);
	fputs("    end\n", out);
}

static void write_place(const struct graph *graph, int place, FILE *out)
{
	fprintf(out, "  subgraph place%d[\"%s\"]\n", place, graph_places[place]);
	for (size_t i = 0; i < graph->n_nodes; i++) {
		if ((int)graph->nodes[i].place != place)
			continue;
		if (!graph->nodes[i].vrf)
			write_node(graph, i, "    ", out);
		else if (graph_is_first_of_vrf(graph, i))
			write_vrf(graph, i, out);
	}
	fputs("  end\n", out);
}

void graph_write_mermaid(const struct graph *graph, FILE *out)
{
	fprintf(out, "flowchart LR\n%%%% %s\n", graph->title);
	for (int place = 0; place < GRAPH_PLACES; place++)
		write_place(graph, place, out);
	for (size_t i = 0; i < graph->n_edges; i++) {
		const struct graph_edge *edge = &graph->edges[i];

		fprintf(out, "  n%zu ---%s%s%s n%zu\n", edge->from, edge->label[0] ? "|" : "", edge->label,
			edge->label[0] ? "|" : "", edge->to);
	}
	fputs("  classDef good fill:#d9f2d9,stroke:#2d7d2d\n"
	      "  classDef waiting fill:#fff2cc,stroke:#b58900\n"
	      "  classDef bad fill:#f8cecc,stroke:#b0201c\n"
	      "  classDef unknown fill:#eeeeee,stroke:#888888\n",
	      out);
}
