/* SPDX-License-Identifier: Apache-2.0 */
/*
 * query.h - queries the container runtime for the pod's network namespace, one call after the other
 *
 *	Version              once: if cri_events_for_all(), the event stream is started first
 *	ListPodSandbox       finds the newest ready sandbox of the pod that matches
 *	PodSandboxStatus     reads the path of its namespace and its process
 *	ListContainers, ContainerStatus
 *	                     with option container, or if the sandbox has no process: reads a container's process
 *
 * It uses CRI v1, or v1alpha2 if the container runtime does not support v1; their messages are the same.
 */
#pragma once

#include "netns-cri/grpc_client.h"
#include "netns-cri/cri.h"

enum query_step { QUERY_IDLE, QUERY_VERSION, QUERY_SANDBOXES, QUERY_SANDBOX, QUERY_CONTAINERS, QUERY_CONTAINER };

/* The outcome of a query. With result <= 0 err says why, and reach whether the container runtime itself said so. */
struct answer {
	int result;
	enum client_reach reach; /* of the last call */
	struct evpn_error err;
	struct cri_name sandbox;
	struct cri_netns netns;
	struct cri_name container; /* id "" if no container was queried */
	pid_t container_pid;
};

/* Whether the event stream of this container runtime can be used. */
enum query_events { EVENTS_UNKNOWN, EVENTS_WANTED, EVENTS_NONE };

struct query {
	struct client *client; /* the caller's, as are the two that follow */
	const struct cri_selector *selector;
	const char *const *sockets; /* the candidates, terminated by NULL: the first that exists is used */
	const char *socket; /* the one that was used */
	enum query_step step;
	bool is_v1alpha2;
	enum query_events events;
	struct answer answer; /* of the last query that ended */
};

/* Begins a query unless one is running. Returns whether it has ended at once, because no socket exists. */
bool query_start(struct query *query);

/* Takes the client's answer, if there is one, and starts the next call. Returns whether the query has ended. */
bool query_advance(struct query *query);

/* To be called when another container runtime may answer: its version is queried again. */
void query_forget_runtime(struct query *query);
