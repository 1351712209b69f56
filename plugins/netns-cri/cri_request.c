/* SPDX-License-Identifier: Apache-2.0 */
/* cri_request.c - builds the requests of cri.h */
#include <stdlib.h>

#include "netns-cri/cri.h"
#include "netns-cri/grpc.h"
#include "netns-cri/cri_message.h"

static struct cri_request pack(const ProtobufCMessage *message)
{
	size_t len = protobuf_c_message_get_packed_size(message);
	struct cri_request request = { .data = malloc(GRPC_PREFIX_LEN + len), .len = GRPC_PREFIX_LEN + len };

	if (request.data) {
		grpc_prefix(request.data, len);
		protobuf_c_message_pack(message, request.data + GRPC_PREFIX_LEN);
	}
	return request;
}

struct cri_request cri_request_version(void)
{
	Cri__VersionRequest message;

	cri__version_request__init(&message);
	return pack(&message.base);
}

struct cri_request cri_request_sandboxes(const struct cri_selector *selector)
{
	size_t n = selector->n_labels;
	Cri__PodSandboxFilter__LabelSelectorEntry *entries = calloc(n + 1, sizeof(*entries));
	Cri__PodSandboxFilter__LabelSelectorEntry **list = calloc(n + 1,
								  sizeof(Cri__PodSandboxFilter__LabelSelectorEntry *));
	struct cri_request request = { 0 };
	Cri__ListPodSandboxRequest message;
	Cri__PodSandboxFilter filter;

	if (entries && list) {
		for (size_t i = 0; i < n; i++) {
			cri__pod_sandbox_filter__label_selector_entry__init(&entries[i]);
			entries[i].key = cri_text(selector->labels[i].key);
			entries[i].value = cri_text(selector->labels[i].value);
			list[i] = &entries[i];
		}
		cri__pod_sandbox_filter__init(&filter);
		filter.n_label_selector = n;
		filter.label_selector = list;
		cri__list_pod_sandbox_request__init(&message);
		message.filter = &filter;
		request = pack(&message.base);
	}
	free(list);
	free(entries);
	return request;
}

struct cri_request cri_request_sandbox(const char *id)
{
	Cri__PodSandboxStatusRequest message;

	cri__pod_sandbox_status_request__init(&message);
	message.pod_sandbox_id = cri_text(id);
	message.verbose = 1;
	return pack(&message.base);
}

struct cri_request cri_request_containers(const char *sandbox_id)
{
	Cri__ListContainersRequest message;
	Cri__ContainerFilter filter;

	cri__container_filter__init(&filter);
	filter.pod_sandbox_id = cri_text(sandbox_id);
	cri__list_containers_request__init(&message);
	message.filter = &filter;
	return pack(&message.base);
}

struct cri_request cri_request_container(const char *id)
{
	Cri__ContainerStatusRequest message;

	cri__container_status_request__init(&message);
	message.container_id = cri_text(id);
	message.verbose = 1;
	return pack(&message.base);
}

struct cri_request cri_request_events(void)
{
	Cri__GetEventsRequest message;

	cri__get_events_request__init(&message);
	return pack(&message.base);
}
