/* SPDX-License-Identifier: Apache-2.0 */
/* netns-cri.h - the state of one instance of the plugin netns-cri, and the functions that read its options */
#pragma once

#include "lib/file_events.h"
#include "netns-cri/locate.h"
#include "netns-cri/query.h"

#define CRI_MAX_SOCKETS 3

/* The last result that evpnd got from find_netns. */
enum reported {
	REPORTED_NOTHING,
	REPORTED_ASKING, /* not ready: a query is running */
	REPORTED_NOT_FOUND, /* not ready, or failed: reported_result and reported_err */
	REPORTED_FOUND
};

struct netns_cri {
	const struct evpn_host *host;

	/* From the options. options_free() frees the texts that do not belong to the host. */
	char *socket_texts[CRI_MAX_SOCKETS];
	const char *sockets[CRI_MAX_SOCKETS + 1]; /* terminated by NULL */
	size_t n_sockets;
	struct cri_selector selector;
	struct cri_label *labels;
	char **keys; /* of labels that are given as "KEY=VALUE" */
	size_t n_keys;
	const char *host_root, *proc; /* host_root "" for the host's own files */
	long timeout_ms;

	int epoll; /* contains the descriptors of all members below */
	int timer;
	struct file_events watches[CRI_MAX_SOCKETS];
	bool watching;
	struct client *client;
	struct query query;
	struct hold hold;

	int64_t query_at; /* when the timer expires, by clock_ms(); 0: it is not set */
	unsigned int pause_ms; /* the last pause before a query; 0: none yet */
	struct answer answer; /* of the last query, valid until answer_until */
	int64_t answer_until;
	enum reported reported;
	struct answer found; /* with REPORTED_FOUND: the answer it is based on */
	uint64_t reported_instance;
	int reported_result;
	struct evpn_error reported_err; /* REPORTED_NOT_FOUND */
	char description[450]; /* see describe in evpn-plugin.h */
};

extern const char *const cri_options[];

/* Reads and checks all options. Returns 0, or -1 with err filled in. */
int options_read(struct netns_cri *self, struct evpn_error *err);
void options_free(struct netns_cri *self);
