/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_reloader.c - any bytes as what reaches evpn-reloader: a client's request, an address, the output of frr-reload.py and
 * vtysh, two configurations
 *
 * A NUL byte separates the two configurations.
 */
#include <stdarg.h>

#include "frr-signal/reloader.h"
#include "fuzz.h"

/* reloader.c has main(), too. */
void reloader_log(const char *format, ...)
{
	(void)format;
}

static void check_request(const char *text)
{
	static const struct options open = { .listen = "unix:/x", .allow_running_config = true },
				    closed = { .listen = "tcp:127.0.0.1:1" };
	struct request request;
	const char *why;

	for (int i = 0; i < 2; i++) {
		why = NULL;
		memset(&request, 0, sizeof(request));
		if (request_parse(text, i ? &open : &closed, &request, &why) != STATUS_OK) {
			must(why && why[0]);
			continue;
		}
		must(memchr(request.generation, '\0', sizeof(request.generation)));
		must(memchr(request.sum, '\0', sizeof(request.sum)));
		must(memchr(request.daemon, '\0', sizeof(request.daemon)));
		must(!request.command || (strncmp(request.command, "show ", 5) == 0 && !strchr(request.command, '\n')));
	}
}

static void check_quote(const char *data, size_t size)
{
	struct text from = { 0 }, to = { 0 };

	text_append(&from, data, size, 1 << 20);
	text_quote(&to, &from, 300);
	must(to.len <= 300 && (!to.data || strlen(to.data) == to.len));
	text_free(&from);
	text_free(&to);
}

static void check_configs(const char *data, size_t size)
{
	size_t len = strnlen(data, size);
	struct text one = { 0 }, two = { 0 }, difference = { 0 };
	bool same;

	text_append(&one, data, len, 1 << 20);
	if (len < size)
		text_append(&two, data + len + 1, size - len - 1, 1 << 20);
	must(config_is_same(&one, &one, &difference, 300) && !difference.len);
	same = config_is_same(&one, &two, &difference, 300);
	must(difference.len <= 300 && (!same || !difference.len));
	text_free(&one);
	text_free(&two);
	text_free(&difference);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);
	struct protocol_address address;
	const char *why = NULL;

	check_request(text);
	if (protocol_parse_address(text, &address, &why) < 0)
		must(why && why[0]);
	check_quote(text, size);
	check_configs(text, size);
	free(text);
	return 0;
}
