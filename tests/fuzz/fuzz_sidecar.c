/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_sidecar.c - any bytes as evpn-reloader's answer, through a real socket: an answer as long as its first line says, or an error */
#include "frr-signal/sidecar.h"
#include "fuzz_socket.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sidecar sidecar = { .name = "unix:fuzz", .timeout_s = 5 };
	char text[160];
	const char *why;

	fuzz_listen("reloader.sock");
	snprintf(text, sizeof(text), "unix:%s", fuzz_path("reloader.sock"));
	must(protocol_parse_address(text, &sidecar.address, &why) == 0 && sidecar_init(&sidecar) == 0);
	sidecar_begin(&sidecar, PROTOCOL_HELLO "status\n");
	fuzz_say("reloader.sock", data, size);
	for (int i = 0; !sidecar.outcome && sidecar.state == SIDECAR_READING && i < 1000; i++)
		sidecar_handle_event(&sidecar);
	must(sidecar.outcome || sidecar.state == SIDECAR_PAUSING);
	must(memchr(sidecar.status, '\0', sizeof(sidecar.status)));
	if (sidecar.outcome > 0)
		must(sidecar.status[0] && sidecar.body && sidecar.body_len == sidecar.body_size &&
		     sidecar.body_len < size && sidecar.body[sidecar.body_len] == '\0');
	else
		must(sidecar.err.msg[0] && memchr(sidecar.err.msg, '\0', sizeof(sidecar.err.msg)));
	must(sidecar.outcome >= 0 || sidecar.err.code > 0);
	sidecar_free(&sidecar);
	return 0;
}
