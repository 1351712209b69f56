/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cri.h - builds requests to a container runtime and parses its replies (Kubernetes' CRI, RuntimeService)
 *
 * A request contains gRPC's prefix and can be sent as it is. Replies are untrusted: these functions accept any bytes,
 * and return only values that they have checked. They use no sockets. Results: >0 done; 0 not ready, err says what is
 * missing; <0 failed, err says why; outputs are set only on success.
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

/* Which pod to find; a member that is NULL or empty matches any pod. The texts belong to the plugin's options. */
struct cri_selector {
	const char *namespace;
	const char *pod; /* its name, or the beginning of its name */
	const struct cri_label *labels;
	size_t n_labels;
	const char *container;
};

/* The id of a sandbox or container in the container runtime, and its name for messages. */
struct cri_name {
	char id[CRI_ID_SIZE];
	char title[CRI_TITLE_SIZE]; /* namespace/name, printable */
};

/* Where a pod's network namespace is, according to the container runtime. */
struct cri_netns {
	char path[PATH_MAX]; /* absolute, or "" */
	pid_t pid; /* of the sandbox's process; 0: it has none */
};

/* A request. The caller frees data; NULL: out of memory. */
struct cri_request {
	uint8_t *data;
	size_t len;
};

struct cri_request cri_request_version(void);
/* Lists the sandboxes that have the labels, ready or not. */
struct cri_request cri_request_sandboxes(const struct cri_selector *selector);
struct cri_request cri_request_sandbox(const char *id);
struct cri_request cri_request_containers(const char *sandbox_id);
struct cri_request cri_request_container(const char *id);
struct cri_request cri_request_events(void);

/*
 * Whether this container runtime sends each event of GetContainerEvents to all listeners. containerd before 2.0 (issue
 * 7318) and CRI-O before 1.29 (issue 6466) send it to one listener only, so that kubelet would miss the events that
 * evpnd gets. The bytes are the reply to Version.
 */
bool cri_events_for_all(const uint8_t *data, size_t len);

/* The newest ready sandbox of the pod that matches. -1 with code EEXIST: several pods match, err lists them. */
int cri_choose_sandbox(const uint8_t *data, size_t len, const struct cri_selector *selector,
		       struct cri_name *ret_sandbox, struct evpn_error *err);

/*
 * Parses the reply to PodSandboxStatus. The result is >0 also if the container runtime reports neither a path nor a
 * pid. A pod with hostNetwork is an error.
 */
int cri_read_sandbox(const uint8_t *data, size_t len, const struct cri_name *sandbox, struct cri_netns *ret_netns,
		     struct evpn_error *err);

/* The newest running container of this name (NULL: any name) in the sandbox. */
int cri_choose_container(const uint8_t *data, size_t len, const struct cri_name *sandbox, const char *name,
			 struct cri_name *ret_container, struct evpn_error *err);

/* Parses the reply to ContainerStatus: the pid of the container's first process. */
int cri_read_container(const uint8_t *data, size_t len, const struct cri_name *container, pid_t *ret_pid,
		       struct evpn_error *err);

/* Whether an event can concern a pod that matches, or the sandbox or container with one of these ids ("": none). */
bool cri_event_matters(const uint8_t *data, size_t len, const struct cri_selector *selector, const char *sandbox_id,
		       const char *container_id);

/* Describes the selector for messages: pod "frr-", namespace "kube-system", label app=frr. Returns buf. */
const char *cri_selector_text(const struct cri_selector *selector, char *buf, size_t size);
