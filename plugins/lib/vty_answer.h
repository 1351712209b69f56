/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vty_answer.h - collects a daemon's answer to one command on its vty socket
 *
 * The answer is a text without NUL bytes, three NUL bytes, and a status byte: vtysh_read() in FRR's lib/vty.c writes
 * them, vtysh_client_run() in vtysh/vtysh.c reads them, in FRR 8.4 and 10.x alike. The daemon sends nothing more until
 * the next command. The bytes arrive in pieces of any size and are not trusted.
 *
 * Needs only libc: evpn-reloader uses it too.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/*
 * The longest text. The running configuration of 4,000 VNIs has 1.3 MB, `show evpn vni json' about 1 MB. The limit is
 * what a malicious daemon can make evpnd allocate, and PROTOCOL_BODY_MAX of evpn-reloader.
 */
#define VTY_ANSWER_MAX (16u << 20)

/* All members are 0 at the beginning. */
struct vty_answer {
	char *text; /* terminated by NUL once the answer is complete */
	size_t len, size;
	unsigned int n_end; /* how many of the four bytes behind the text have arrived */
	unsigned char
		status; /* once the answer is complete: 0 is success, as of `enum cmd_...' in FRR's lib/command.h */
};

/*
 * Adds bytes. 1: the answer is complete; 0: not yet; or -EPROTO (not the form above, or bytes behind its end), -EFBIG
 * (longer than VTY_ANSWER_MAX), -ENOMEM.
 */
int vty_answer_add(struct vty_answer *answer, const char *data, size_t len);

/* Whether the daemon has executed the command. */
bool vty_answer_is_good(const struct vty_answer *answer);

/* Frees the text; the answer is as at the beginning. */
void vty_answer_clear(struct vty_answer *answer);
