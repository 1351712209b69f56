/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_cri.c - any bytes as a container runtime's reply: every function that reads one ends, with an answer that holds or an
 * error, and never leaves its outputs half written
 *
 * The first byte says which reply it is; for 'H' header lines come first, up to an empty one, then the body.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "netns-cri/cri.h"
#include "netns-cri/grpc.h"

static const struct cri_label label = { "app", "frr" };
static const struct cri_selector selector = { .pod = "frr", .labels = &label, .n_labels = 1 };
static const struct cri_name sandbox = { .id = "one", .title = "ns/frr" };

/* A result, and the message that goes with it. */
static void must_say(int r, const struct evpn_error *err)
{
	must(r > 0 || (err->msg[0] && memchr(err->msg, '\0', sizeof(err->msg))));
	must(r < 0 ? err->code > 0 : err->code == 0);
}

static void must_name(int r, const struct cri_name *name)
{
	if (r > 0)
		must(name->id[0] && memchr(name->id, '\0', sizeof(name->id)) &&
		     memchr(name->title, '\0', sizeof(name->title)));
	else
		must(strcmp(name->id, "untouched") == 0);
}

static void read_names(uint8_t which, const uint8_t *data, size_t size)
{
	struct cri_name name = { .id = "untouched" };
	struct evpn_error err = { 0 };
	int r = which == 'S' ? cri_choose_sandbox(data, size, &selector, &name, &err)
			     : cri_choose_container(data, size, &sandbox, which == 'C' ? "frr" : NULL, &name, &err);

	must_say(r, &err);
	must_name(r, &name);
}

static void read_sandbox(const uint8_t *data, size_t size)
{
	struct cri_netns netns = { .pid = -1 };
	struct evpn_error err = { 0 };
	int r = cri_read_sandbox(data, size, &sandbox, &netns, &err);

	must_say(r, &err);
	must(r > 0 ? netns.pid >= 0 && (!netns.path[0] || netns.path[0] == '/') : netns.pid == -1);
}

static void read_container(const uint8_t *data, size_t size)
{
	struct evpn_error err = { 0 };
	pid_t pid = -1;
	int r = cri_read_container(data, size, &sandbox, &pid, &err);

	must_say(r, &err);
	must(r > 0 ? pid > 0 : pid == -1);
}

static void read_reply(const uint8_t *data, size_t size)
{
	struct grpc_reply reply = { 0 };
	const uint8_t *payload = NULL, *line;
	struct evpn_error err = { 0 };
	size_t len = 0;
	int r;

	grpc_reply_clear(&reply);
	while ((line = memchr(data, '\n', size)) && line != data) {
		grpc_reply_header(&reply, (const char *)data, (size_t)(line - data));
		size -= (size_t)(line - data) + 1;
		data = line + 1;
	}
	must(grpc_reply_append(&reply, data, size) == 0);
	r = grpc_reply_message(&reply, "Ask", &payload, &len, &err);
	must(r != 0);
	must_say(r, &err);
	must(r > 0 ? payload >= reply.body && payload + len <= reply.body + reply.len : !payload);
	grpc_reply_clear(&reply);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	switch (data[0]) {
	case 'S':
	case 'C':
	case 'c':
		read_names(data[0], data + 1, size - 1);
		break;
	case 's':
		read_sandbox(data + 1, size - 1);
		break;
	case 'p':
		read_container(data + 1, size - 1);
		break;
	case 'E':
		cri_event_matters(data + 1, size - 1, &selector, "one", "");
		break;
	case 'V':
		cri_events_for_all(data + 1, size - 1);
		break;
	default:
		read_reply(data + 1, size - 1);
		break;
	}
	return 0;
}
