/* SPDX-License-Identifier: Apache-2.0 */
/* test_growth_cri.c - what hostile replies of a container runtime cost evpnd; see growth_case.h */
#include <errno.h>

#include "growth_case.h"
#include "netns-cri/cri.h"
#include "netns-cri/cri_message.h"
#include "netns-cri/grpc.h"
#include "unit.h"

static const struct cri_label label = { "app", "frr" };
static const struct cri_selector selector = { .pod = "frr" }, labelled = { .labels = &label, .n_labels = 1 };
static const struct cri_name sandbox = { .id = "x", .title = "ns/frr" };

static void has_reason(int r, const struct evpn_error *err)
{
	ck_assert_msg(r > 0 || (err->msg[0] && memchr(err->msg, '\0', sizeof(err->msg))), "%d: no reason", r);
}

static void read_sandboxes(char *text, size_t len)
{
	struct cri_name name;
	struct evpn_error err = { 0 };

	has_reason(cri_choose_sandbox((uint8_t *)text, len, &selector, &name, &err), &err);
	has_reason(cri_choose_sandbox((uint8_t *)text, len, &labelled, &name, &err), &err);
}

static void read_containers(char *text, size_t len)
{
	struct cri_name name;
	struct evpn_error err = { 0 };

	has_reason(cri_choose_container((uint8_t *)text, len, &sandbox, "frr", &name, &err), &err);
	has_reason(cri_choose_container((uint8_t *)text, len, &sandbox, NULL, &name, &err), &err);
}

/* The JSON text in the reply to PodSandboxStatus. */
static void read_info(char *text, size_t len)
{
	Cri__PodSandboxStatusResponse__InfoEntry info, *infos = &info;
	Cri__PodSandboxStatusResponse reply;
	Cri__PodSandboxStatus status;
	struct evpn_error err = { 0 };
	struct cri_netns netns;
	uint8_t *wire = malloc(len + 100);
	size_t size;

	ck_assert_ptr_nonnull(wire);
	cri__pod_sandbox_status__init(&status);
	cri__pod_sandbox_status_response__init(&reply);
	cri__pod_sandbox_status_response__info_entry__init(&info);
	info.key = cri_text("info");
	info.value = text;
	reply.status = &status;
	reply.n_info = 1;
	reply.info = &infos;
	size = cri__pod_sandbox_status_response__pack(&reply, wire);
	has_reason(cri_read_sandbox(wire, size, &sandbox, &netns, &err), &err);
	free(wire);
}

static void read_event(char *text, size_t len)
{
	cri_event_matters((uint8_t *)text, len, &labelled, "x", "");
	cri_events_for_all((uint8_t *)text, len);
}

/* A reply in the pieces in which libcurl passes it on. */
static void read_body(char *text, size_t len)
{
	struct grpc_reply reply = { 0 };
	const uint8_t *payload;
	struct evpn_error err = { 0 };
	size_t size;

	grpc_reply_clear(&reply);
	for (size_t at = 0; at < len; at += 4096)
		ck_assert_int_eq(grpc_reply_append(&reply, text + at, len - at < 4096 ? len - at : 4096), 0);
	has_reason(grpc_reply_message(&reply, "Ask", &payload, &size, &err), &err);
	grpc_reply_clear(&reply);
}

/* The same text until the limit is reached, which is above 8 MiB. */
static void read_long_body(char *text, size_t len)
{
	struct grpc_reply reply = { 0 };
	int r = 0;

	grpc_reply_clear(&reply);
	for (size_t sum = 0; r == 0; sum += len) {
		ck_assert_uint_le(sum, GRPC_MESSAGE_MAX + GRPC_PREFIX_LEN + len);
		r = grpc_reply_append(&reply, text, len);
	}
	ck_assert_int_eq(r, -EMSGSIZE);
	grpc_reply_clear(&reply);
}

static void read_headers(char *text, size_t len)
{
	struct grpc_reply reply = { 0 };

	grpc_reply_clear(&reply);
	for (char *line = text, *end; (end = memchr(line, '\n', len - (size_t)(line - text))); line = end + 1)
		grpc_reply_header(&reply, line, (size_t)(end - line));
	ck_assert(memchr(reply.message, '\0', sizeof(reply.message)));
	grpc_reply_clear(&reply);
}

/* Fields of the messages, as of cri.proto: tag, length, content. */
#define ID "\x0a\x01x"
#define METADATA(t)      \
	t "\x05\x0a\x03" \
	  "frr"

static const struct growth_text table[] = {
	{ "pods that match", "", "\x0a\x0a" ID METADATA("\x12"), "", read_sandboxes, 100 },
	{ "pods without a name", "", "\x0a\x02\x18\x01", "", read_sandboxes, 100 },
	{ "containers that match", "", "\x0a\x0e" ID METADATA("\x1a") "\x30\x01\x38\x01", "", read_containers, 100 },
	{ "containers without a name", "", "\x0a\x03" ID, "", read_containers, 100 },
	{ "unknown fields", "", "\x7a\x01x", "", read_sandboxes, 100 },
	{ "info: namespaces", "{\"runtimeSpec\":{\"linux\":{\"namespaces\":[",
	  "{\"type\":\"network\",\"path\":\"/x@\"},", "{}]}}}", read_info, 100 },
	{ "info: keys", "{", "\"k@\":1,", "\"pid\":7}", read_info, 100 },
	{ "info: deep arrays", "", "[", "", read_info, 0 },
	{ "info: deep objects", "", "{\"runtimeSpec\":", "", read_info, 0 },
	{ "info: one string", "{\"pid\":\"", "x", "\"}", read_info, 0 },
	{ "info: escapes", "{\"pid\":\"", "\\u0041", "\"}", read_info, 0 },
	{ "info: digits", "{\"pid\":", "1", "}", read_info, 0 },
	{ "info: blanks", "", " ", "", read_info, 0 },
	{ "event", "", ID, "", read_event, 100 },
	{ "reply without a frame", "", "\xff", "", read_body, 0 },
	{ "reply above the limit", "", "x", "", read_long_body, 80 },
	{ "headers", "", "x-header-@: value\r\n", "", read_headers, 0 },
	{ "header lines with a message", "", "grpc-message: %41%zz%\r\n", "", read_headers, 0 },
	{ "one header", "grpc-message: ", "%41", "\r\n", read_headers, 0 },
};

START_TEST(cost_is_linear)
{
	growth_check(&table[_i]);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("growth-cri");

	/* With a reserve for a busy machine. */
	tcase_set_timeout(tcase, 300);
	tcase_add_loop_test(tcase, cost_is_linear, 0, sizeof(table) / sizeof(table[0]));
	return unit_run("growth-cri", tcase);
}
