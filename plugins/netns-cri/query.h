/* SPDX-License-Identifier: Apache-2.0 */
/*
 * query.h - asks the runtime, call by call, where the pod's network namespace is
 *
 *	Version, once        does GetContainerEvents tell us without taking from others? Then listen, before asking
 *	ListPodSandbox       the newest ready sandbox of the one pod that matches
 *	PodSandboxStatus     its namespace's path and its process
 *	ListContainers, ContainerStatus     with option container, or when the sandbox has no process: a container's process
 *
 * In v1; where the runtime does not know that, in v1alpha2, whose messages are the same.
 */
#pragma once

#include "netns-cri/grpc_client.h"
#include "netns-cri/cri.h"

enum query_step { QUERY_IDLE, QUERY_VERSION, QUERY_SANDBOXES, QUERY_SANDBOX, QUERY_CONTAINERS, QUERY_CONTAINER };

/* What a query has found out. With result <= 0, err says why, and reach whether that is the runtime's own word. */
struct answer {
	int result;
	enum client_reach reach; /* of the last call */
	struct evpn_error err;
	struct cri_name sandbox;
	struct cri_netns netns;
	struct cri_name container; /* id "" if none was asked for */
	pid_t container_pid;
};

enum query_events { EVENTS_UNKNOWN, EVENTS_WANTED, EVENTS_NONE };

struct query {
	struct client *client; /* the caller's, as are the two that follow */
	const struct cri_selector *selector;
	const char *const *sockets; /* the candidates, ended by NULL: the first that exists is asked */
	const char *socket; /* which that was */
	enum query_step step;
	bool is_v1alpha2;
	enum query_events events;
	struct answer answer; /* of the last query that ended */
};

/* Begins a query, if none is under way. Returns whether it has ended at once: nobody is there to ask. */
bool query_start(struct query *query);

/* The client has an answer: takes the next step. Returns whether that was the last one. */
bool query_advance(struct query *query);

/* Another runtime may answer from now on: learn again what it can do. */
void query_forget_runtime(struct query *query);
