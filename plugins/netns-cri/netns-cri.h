/* SPDX-License-Identifier: Apache-2.0 */
/* netns-cri.h - the plugin's instance, and its options */
#pragma once

#include "lib/file_events.h"
#include "netns-cri/locate.h"
#include "netns-cri/query.h"

#define CRI_MAX_SOCKETS 3

/* What evpnd knows from us. */
enum told {
	TOLD_NOTHING,
	TOLD_ASKING, /* wait: a query is under way */
	TOLD_NOT_FOUND, /* wait, or failed: `said` */
	TOLD_FOUND
};

struct netns_cri {
	const struct evpn_host *host;

	/* From the options; texts that are not the host's are freed by options_free. */
	char *socket_texts[CRI_MAX_SOCKETS];
	const char *sockets[CRI_MAX_SOCKETS + 1]; /* ended by NULL */
	size_t n_sockets;
	struct cri_selector selector;
	struct cri_label *labels;
	char **keys; /* of labels that come as a list */
	size_t n_keys;
	const char *host_root, *proc; /* host_root "" for the host's own files */
	long timeout_ms;

	int epoll; /* holds all that follow */
	int timer;
	struct pathwatch watches[CRI_MAX_SOCKETS];
	bool watching;
	struct client *client;
	struct query query;
	struct hold hold;

	int64_t ask_at; /* when the timer is due; 0: it is not set */
	int64_t pause_ms; /* the last pause before asking again; 0: none yet */
	struct answer answer; /* of the last query, until it is fetched or too old */
	int64_t answer_until;
	enum told told;
	struct answer found; /* TOLD_FOUND: where */
	uint64_t told_instance;
	int said_result;
	struct evpn_error said; /* TOLD_NOT_FOUND */
};

extern const char *const cri_options[];

/* Looks all options up and checks them. */
int options_read(struct netns_cri *self, struct evpn_error *err);
void options_free(struct netns_cri *self);
