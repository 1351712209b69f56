/* SPDX-License-Identifier: Apache-2.0 */
/* show_explain.c - the command explain: a chain of links, one line for each; see show.h */
#include <stdio.h>
#include <stdlib.h>

#include "base/util.h"
#include "show.h"

/* "MAC 02:00:00:00:00:05 in VNI 110, local", "192.0.2.1 in VRF red" */
static void show_subject(const json_t *subject)
{
	const char *kind = json_text(subject, "kind"), *mac = json_text(subject, "mac");
	long long vni = json_integer_value(json_object_get(subject, "vni"));
	const char *vrf = json_text(subject, "vrf"), *place = json_text(subject, "place");
	json_t *others = json_object_get(subject, "also_in_vnis"), *other;
	size_t i;

	if (streq(kind, "mac"))
		printf("MAC %s", mac);
	else if (streq(kind, "ip"))
		printf("%s%s%s%s", json_text(subject, "ip"), mac[0] ? " (MAC " : "", mac, mac[0] ? ")" : "");
	if (streq(kind, "vni"))
		printf("VNI %lld%s%s", vni, vrf[0] ? ", VRF " : "", vrf);
	else if (vrf[0])
		printf(" in VRF %s", vrf);
	else if (vni)
		printf(" in VNI %lld", vni);
	json_array_foreach(others, i, other)
		printf("%s%lld", i ? ", " : " (also in VNI ", (long long)json_integer_value(other));
	printf("%s%s%s: ", i ? ")" : "", place[0] ? ", " : "", place);
}

void show_explain(const struct options *options, char *const *words, const json_t *answer)
{
	const json_t *links = json_object_get(answer, "links"), *number = json_object_get(answer, "first");
	const json_t *first = number ? json_array_get(links, (size_t)json_integer_value(number)) : NULL;
	json_t *link;
	size_t i;

	show_subject(json_object_get(answer, "subject"));
	show_state(options, json_text(answer, "verdict"), 0);
	if (first)
		printf(" at %s (%s)", json_text(first, "name"), json_text(first, "reason"));
	printf("\n\n");
	json_array_foreach(links, i, link)
	{
		printf("  ");
		show_state(options, json_text(link, "verdict"), 8);
		printf(" %-18s %s\n", json_text(link, "name"), json_text(link, "seen"));
		if (link == first && json_text(link, "next")[0])
			printf("  %-8s %-18s %s\n", "", "check next:", json_text(link, "next"));
	}
}

int show_explain_exit(const json_t *data)
{
	return streq(json_text(data, "verdict"), "ok") ? EXIT_DONE : EXIT_DEGRADED;
}

static int add_vni(const char *word, json_t *args)
{
	char *end;
	unsigned long vni = strtoul(word, &end, 10);

	if (!word[0] || *end || vni < 1 || vni > 0xffffff)
		return options_usage("not a VNI: ", word);
	json_object_set_new(args, "vni", json_integer((json_int_t)vni));
	return -1;
}

/* "vni N", "mac M", "ip A", and for the latter two "vni N" or "vrf V" behind it. */
int show_explain_args(const struct options *options, char *const *words, json_t *args)
{
	int r;

	if (streq(words[0], "vni") && !words[2])
		return add_vni(words[1], args);
	if (!streq(words[0], "mac") && !streq(words[0], "ip"))
		return options_usage("explain: not vni N, mac M [vni N] or ip A [vni N | vrf V]: ", words[0]);
	json_object_set_new(args, words[0], json_printable(words[1]));
	if (!words[2])
		return -1;
	if (!words[3])
		return options_usage("explain: an argument is missing behind ", words[2]);
	if (streq(words[2], "vni")) {
		r = add_vni(words[3], args);
	} else if (streq(words[2], "vrf") && streq(words[0], "ip")) {
		r = json_object_set_new(args, "vrf", json_printable(words[3])) < 0 ? EXIT_FAILED : -1;
	} else {
		r = options_usage("explain: unexpected argument: ", words[2]);
	}
	return r;
}
