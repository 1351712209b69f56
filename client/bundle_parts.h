/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bundle_parts.h - between the files of the command bundle; no other file needs it
 *
 *  show_bundle.c   the archive; what evpnd and files say
 *  bundle_host.c   what the kernel and the host's programs say, in both namespaces; evpnd's state directory; the journal
 */
#pragma once

#include <sys/types.h>

#include "options.h"
#include "secrets.h"
#include "tar.h"

struct bundle {
	const struct options *options;
	struct tar tar;
	struct secrets secrets;
	pid_t pid; /* of evpnd; 0: none answers */
	int netns_fd; /* evpnd's descriptor of FRR's namespace; -1: evpnd has none */
};

/* Adds a text, without secrets and escaped, under a name; in a folder under a name of others; a file of the host's. */
void bundle_add(struct bundle *bundle, const char *name, const char *text);
void bundle_add_as(struct bundle *bundle, const char *folder, const char *name, const char *text);
void bundle_add_file(struct bundle *bundle, const char *folder, const char *path);

void bundle_add_host(struct bundle *bundle);
