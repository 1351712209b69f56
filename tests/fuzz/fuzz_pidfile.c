/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_pidfile.c - any bytes as podman's pidfile: a pid that its digits say, a reason to wait, or an error */
#include "fuzz_dir.h"
#include "lib/pidfile.h"

static void check_words(const struct evpn_error *err)
{
	must(err->msg[0] && memchr(err->msg, '\0', sizeof(err->msg)));
	for (const char *p = err->msg; *p; p++)
		must(*p >= ' ' && *p <= '~');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pidfile file = { .path = fuzz_path("frr.pid"), .proc = "/proc" };
	struct evpn_error err = { 0 };
	pid_t pid = -1;
	int r;

	fuzz_write("frr.pid", data, size);
	r = pidfile_read(&file, &pid, &err);
	if (r > 0) {
		char *text = fuzz_text(data, size);

		must(pid > 0 && pid <= PROCESS_PID_MAX && strtol(text, NULL, 10) == pid && strlen(text) == size);
		free(text);
		return 0;
	}
	must(pid == -1 && (r == 0) == (size == 0));
	check_words(&err);
	return 0;
}
