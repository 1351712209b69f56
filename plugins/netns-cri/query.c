/* SPDX-License-Identifier: Apache-2.0 */
/* query.c - see query.h */
#include <string.h>
#include <sys/stat.h>

#include "netns-cri/query.h"

#define SERVICE(version) "runtime." version ".RuntimeService"

/* Ends the query; the other members of the answer are set already. Always returns true, as the callers do. */
static bool end(struct query *query, int result)
{
	query->answer.result = result;
	query->step = QUERY_IDLE;
	return true;
}

static bool send_request(struct query *query, enum query_step step, const char *method, struct cri_request request)
{
	const char *service = query->is_v1alpha2 ? SERVICE("v1alpha2") : SERVICE("v1");

	query->step = step;
	if (client_call(query->client, query->socket, service, method, request, &query->answer.err) < 0)
		return end(query, -1);
	return false;
}

static bool request_sandboxes(struct query *query)
{
	return send_request(query, QUERY_SANDBOXES, "ListPodSandbox", cri_request_sandboxes(query->selector));
}

/* Starts the event stream before the pod is queried, so that no change in between is missed. */
static void listen_if_wanted(struct query *query)
{
	struct evpn_error ignored = { 0 };
	enum client_stream state = client_stream_state(query->client);

	if (query->events != EVENTS_WANTED || state == CLIENT_STREAMING)
		return;
	if (client_listen(query->client, query->socket, SERVICE("v1"), "GetContainerEvents", cri_request_events(),
			  &ignored) < 0)
		query->events = EVENTS_NONE;
}

static const char *find_socket(const struct query *query)
{
	struct stat st;

	for (const char *const *s = query->sockets; *s; s++)
		if (stat(*s, &st) == 0)
			return *s;
	/* Connect to the only candidate even if it does not exist: the error of connect() is reported. */
	return query->sockets[1] ? NULL : query->sockets[0];
}

static bool report_no_socket(struct query *query)
{
	char list[512] = "";

	for (const char *const *s = query->sockets; *s; s++) {
		size_t n = strlen(list);

		snprintf(list + n, sizeof(list) - n, "%s%s", n ? ", " : "", *s);
	}
	evpn_wait(&query->answer.err,
		  "waits for a container runtime: none of these sockets exists: %s; set option socket", list);
	return end(query, 0);
}

bool query_start(struct query *query)
{
	const char *socket;

	if (query->step != QUERY_IDLE)
		return false;
	query->answer = (struct answer){ 0 };
	socket = find_socket(query);
	if (!socket)
		return report_no_socket(query);
	if (socket != query->socket)
		query_forget_runtime(query);
	query->socket = socket;
	if (query->events == EVENTS_UNKNOWN)
		return send_request(query, QUERY_VERSION, "Version", cri_request_version());
	listen_if_wanted(query);
	return request_sandboxes(query);
}

void query_forget_runtime(struct query *query)
{
	query->is_v1alpha2 = false;
	query->events = EVENTS_UNKNOWN;
}

/* The container runtime does not know the service: retry with v1alpha2, or fail. */
static bool fall_back(struct query *query)
{
	query->events = EVENTS_NONE;
	if (!query->is_v1alpha2) {
		query->is_v1alpha2 = true;
		return request_sandboxes(query);
	}
	query->is_v1alpha2 = false;
	evpn_wrap(&query->answer.err,
		  "the container runtime supports neither CRI v1 nor v1alpha2 (containerd: `cri' may be in "
		  "disabled_plugins): ");
	return end(query, -1);
}

static bool after_sandbox(struct query *query, const uint8_t *data, size_t len)
{
	struct answer *answer = &query->answer;
	int r = cri_read_sandbox(data, len, &answer->sandbox, &answer->netns, &answer->err);

	if (r <= 0 || (answer->netns.pid && !query->selector->container))
		return end(query, r);
	return send_request(query, QUERY_CONTAINERS, "ListContainers", cri_request_containers(answer->sandbox.id));
}

/* Ends the search for a container. Without option container its failure does not matter if the path is known. */
static bool end_with_container(struct query *query, int r)
{
	struct answer *answer = &query->answer;

	if (r > 0 || query->selector->container || !answer->netns.path[0])
		return end(query, r);
	answer->container.id[0] = '\0';
	return end(query, 1);
}

static bool after_containers(struct query *query, const uint8_t *data, size_t len)
{
	struct answer *answer = &query->answer;
	int r = cri_choose_container(data, len, &answer->sandbox, query->selector->container, &answer->container,
				     &answer->err);

	if (r > 0)
		return send_request(query, QUERY_CONTAINER, "ContainerStatus",
				    cri_request_container(answer->container.id));
	return end_with_container(query, r);
}

static bool take_step(struct query *query, const uint8_t *data, size_t len)
{
	struct answer *answer = &query->answer;
	int r;

	switch (query->step) {
	case QUERY_VERSION:
		query->events = cri_events_for_all(data, len) ? EVENTS_WANTED : EVENTS_NONE;
		listen_if_wanted(query);
		return request_sandboxes(query);
	case QUERY_SANDBOXES:
		r = cri_choose_sandbox(data, len, query->selector, &answer->sandbox, &answer->err);
		if (r <= 0)
			return end(query, r);
		return send_request(query, QUERY_SANDBOX, "PodSandboxStatus", cri_request_sandbox(answer->sandbox.id));
	case QUERY_SANDBOX:
		return after_sandbox(query, data, len);
	case QUERY_CONTAINERS:
		return after_containers(query, data, len);
	case QUERY_CONTAINER:
		r = cri_read_container(data, len, &answer->container, &answer->container_pid, &answer->err);
		return end_with_container(query, r);
	case QUERY_IDLE:
		break;
	}
	return false;
}

bool query_advance(struct query *query)
{
	const uint8_t *data = NULL;
	struct answer *answer = &query->answer;
	int status = GRPC_NO_STATUS;
	size_t len = 0;
	int r;

	if (query->step == QUERY_IDLE || !client_has_answer(query->client))
		return false;
	r = client_answer(query->client, &data, &len, &status, &answer->reach, &answer->err);
	if (r > 0)
		return take_step(query, data, len);
	if (status == GRPC_UNIMPLEMENTED && (query->step == QUERY_VERSION || query->step == QUERY_SANDBOXES))
		return fall_back(query);
	/* The sandbox or container that was just listed does not exist any more: wait for its successor. */
	if (status == GRPC_NOT_FOUND && query->step != QUERY_VERSION && query->step != QUERY_SANDBOXES)
		r = evpn_wait(&answer->err, "waits for pod %s: its sandbox %.13s was just removed",
			      answer->sandbox.title, answer->sandbox.id);
	return end(query, r);
}
