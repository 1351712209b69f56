/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cri.h - the requests to a container runtime, and what its replies say
 *
 * Kubernetes' CRI, RuntimeService. Requests come ready for the wire, with gRPC's prefix. Replies are bytes that somebody
 * else wrote: whatever they are, the functions here end, and hand out only what they have checked. Results are as
 * everywhere: <0 with err, 0 not ready with what is waited for in err, >0 done; outputs only on success. Pure.
 */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "evpn-plugin.h"

#define CRI_ID_SIZE    256
#define CRI_TITLE_SIZE 512

struct cri_label {
	const char *key, *value;
};

/* Which pod; what is NULL, or empty, matches any. */
struct cri_selector {
	const char *namespace;
	const char *pod; /* its name, or how that begins */
	const struct cri_label *labels;
	size_t n_labels;
	const char *container;
};

/* A sandbox or container as it is called: by the runtime, and in messages. */
struct cri_name {
	char id[CRI_ID_SIZE];
	char title[CRI_TITLE_SIZE]; /* namespace/name, printable */
};

/* Where a pod's namespace is, as far as the runtime says. */
struct cri_netns {
	char path[PATH_MAX]; /* absolute, or "" */
	pid_t pid; /* the sandbox's process, or 0 */
};

/* A request; data is malloc'ed, and the caller's. NULL: no memory. */
struct cri_request {
	uint8_t *data;
	size_t len;
};

struct cri_request cri_ask_version(void);
/* Those that have the labels, ready or not. */
struct cri_request cri_ask_sandboxes(const struct cri_selector *selector);
struct cri_request cri_ask_sandbox(const char *id);
struct cri_request cri_ask_containers(const char *sandbox_id);
struct cri_request cri_ask_container(const char *id);
struct cri_request cri_ask_events(void);

/*
 * Whether GetContainerEvents of this runtime tells all that listen: containerd before 2.0 (issue 7318) and CRI-O before
 * 1.29 (issue 6466) hand each event to one listener alone, and kubelet would miss those that come here.
 */
bool cri_events_for_all(const uint8_t *data, size_t len);

/* The newest ready sandbox of the one pod that matches. EEXIST: there are several such pods, err lists them. */
int cri_choose_sandbox(const uint8_t *data, size_t len, const struct cri_selector *selector,
		       struct cri_name *ret_sandbox, struct evpn_error *err);

/* From PodSandboxStatus. Done also when the runtime says neither path nor pid. A hostNetwork pod is refused. */
int cri_read_sandbox(const uint8_t *data, size_t len, const struct cri_name *sandbox, struct cri_netns *ret_netns,
		     struct evpn_error *err);

/* The newest running container of that name in the sandbox (NULL: of any name). */
int cri_choose_container(const uint8_t *data, size_t len, const struct cri_name *sandbox, const char *name,
			 struct cri_name *ret_container, struct evpn_error *err);

/* From ContainerStatus: the pid of its first process. */
int cri_read_container(const uint8_t *data, size_t len, const struct cri_name *container, pid_t *ret_pid,
		       struct evpn_error *err);

/* Whether an event can concern a pod that matches, or the sandbox or container of these ids ("": none). */
bool cri_event_matters(const uint8_t *data, size_t len, const struct cri_selector *selector, const char *sandbox_id,
		       const char *container_id);

/* What the selector asks for, for messages: "pod frr*, namespace kube-system, labels app=frr". */
const char *cri_selector_text(const struct cri_selector *selector, char *buf, size_t size);
