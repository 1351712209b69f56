/* SPDX-License-Identifier: Apache-2.0 */
/* cri_reply.c - parses the other replies of cri.h: selects the pod and the container, and filters events */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/process.h"
#include "netns-cri/cri.h"
#include "netns-cri/cri_message.h"

/* At most so many pods are named in an error; the others are only counted. */
#define NAMED_MAX 8

static int bad_reply(const char *what, struct evpn_error *err)
{
	return evpn_fail(err, EPROTO, "cannot parse the container runtime's reply to %s", what);
}

bool cri_events_for_all(const uint8_t *data, size_t len)
{
	_cleanup_message_ Cri__VersionResponse *reply = cri__version_response__unpack(NULL, len, data);
	int major = 0, minor = 0;
	const char *version;

	if (!reply)
		return false;
	version = reply->runtime_version;
	if (sscanf(version + strspn(version, "v"), "%4d.%4d", &major, &minor) < 1)
		return false;
	if (strcmp(reply->runtime_name, "containerd") == 0)
		return major >= 2;
	return strcmp(reply->runtime_name, "cri-o") == 0 && (major > 1 || (major == 1 && minor >= 29));
}

static bool has_label(const Cri__PodSandbox *sandbox, const struct cri_label *label)
{
	for (size_t i = 0; i < sandbox->n_labels; i++)
		if (strcmp(sandbox->labels[i]->key, label->key) == 0)
			return strcmp(sandbox->labels[i]->value, label->value) == 0;
	return false;
}

static bool is_of(const Cri__PodSandboxMetadata *metadata, const struct cri_selector *selector)
{
	if (selector->namespace && strcmp(metadata->namespace_, selector->namespace) != 0)
		return false;
	return !selector->pod || strncmp(metadata->name, selector->pod, strlen(selector->pod)) == 0;
}

/* The container runtime already filters by labels. Check them again, in case it ignores the filter. */
static bool matches(const Cri__PodSandbox *sandbox, const struct cri_selector *selector)
{
	if (!sandbox->metadata || !is_of(sandbox->metadata, selector))
		return false;
	for (size_t i = 0; i < selector->n_labels; i++)
		if (!has_label(sandbox, &selector->labels[i]))
			return false;
	return true;
}

static bool same_pod(const Cri__PodSandbox *a, const Cri__PodSandbox *b)
{
	return strcmp(a->metadata->name, b->metadata->name) == 0 &&
	       strcmp(a->metadata->namespace_, b->metadata->namespace_) == 0;
}

static bool has_whole_name(const Cri__PodSandbox *sandbox, const struct cri_selector *selector)
{
	return selector->pod && strcmp(sandbox->metadata->name, selector->pod) == 0;
}

static void make_title(const Cri__PodSandbox *sandbox, char *buf, size_t size)
{
	snprintf(buf, size, "%s/%s", sandbox->metadata->namespace_, sandbox->metadata->name);
	process_printable(buf);
}

static int take_name(const char *id, const char *title, const char *what, struct cri_name *ret_name,
		     struct evpn_error *err)
{
	struct cri_name name = { 0 };

	if (!id[0] || strlen(id) >= sizeof(name.id))
		return evpn_fail(err, EPROTO, "the container runtime reports an invalid id of %s (%zu bytes)", what,
				 strlen(id));
	strcpy(name.id, id);
	snprintf(name.title, sizeof(name.title), "%s", title);
	*ret_name = name;
	return 1;
}

/* The candidates found so far. */
struct choice {
	const Cri__PodSandbox *best; /* the newest ready one */
	const Cri__PodSandbox *not_ready; /* the newest one that is not ready */
	size_t n_pods; /* number of different pods that are ready */
	const Cri__PodSandbox *pods[NAMED_MAX];
};

static void add_ready(struct choice *choice, const Cri__PodSandbox *sandbox)
{
	size_t known = choice->n_pods < NAMED_MAX ? choice->n_pods : NAMED_MAX;
	bool is_new = true;

	for (size_t i = 0; i < known; i++)
		is_new &= !same_pod(choice->pods[i], sandbox);
	if (is_new && known < NAMED_MAX)
		choice->pods[known] = sandbox;
	choice->n_pods += is_new;
	if (!choice->best || sandbox->created_at > choice->best->created_at)
		choice->best = sandbox;
}

static void choose(const Cri__ListPodSandboxResponse *reply, const struct cri_selector *selector, bool whole_name,
		   struct choice *choice)
{
	for (size_t i = 0; i < reply->n_items; i++) {
		const Cri__PodSandbox *sandbox = reply->items[i];

		if (!matches(sandbox, selector) || (whole_name && !has_whole_name(sandbox, selector)))
			continue;
		if (sandbox->state == CRI_SANDBOX_READY)
			add_ready(choice, sandbox);
		else if (!choice->not_ready || sandbox->created_at > choice->not_ready->created_at)
			choice->not_ready = sandbox;
	}
}

static int report_several(const struct choice *choice, const struct cri_selector *selector, struct evpn_error *err)
{
	char list[NAMED_MAX * 80] = "", title[CRI_TITLE_SIZE], text[CRI_TITLE_SIZE];

	for (size_t i = 0; i < choice->n_pods && i < NAMED_MAX; i++) {
		size_t n = strlen(list);

		make_title(choice->pods[i], title, sizeof(title));
		snprintf(list + n, sizeof(list) - n, "%s%.76s", i ? ", " : "", title);
	}
	return evpn_fail(err, EEXIST, "%zu pods match %s: %s%s; select one by the options pod, namespace and labels",
			 choice->n_pods, cri_selector_text(selector, text, sizeof(text)), list,
			 choice->n_pods > NAMED_MAX ? ", ..." : "");
}

static int report_none(const struct choice *choice, const struct cri_selector *selector, struct evpn_error *err)
{
	char title[CRI_TITLE_SIZE], text[CRI_TITLE_SIZE];

	if (!choice->not_ready)
		return evpn_wait(err, "waits for a pod: none matches %s",
				 cri_selector_text(selector, text, sizeof(text)));
	make_title(choice->not_ready, title, sizeof(title));
	return evpn_wait(err, "waits for pod %s: its sandbox %.13s is not ready", title, choice->not_ready->id);
}

int cri_choose_sandbox(const uint8_t *data, size_t len, const struct cri_selector *selector,
		       struct cri_name *ret_sandbox, struct evpn_error *err)
{
	_cleanup_message_ Cri__ListPodSandboxResponse *reply = cri__list_pod_sandbox_response__unpack(NULL, len, data);
	struct choice choice = { 0 };
	char title[CRI_TITLE_SIZE];

	if (!reply)
		return bad_reply("ListPodSandbox", err);
	choose(reply, selector, true, &choice);
	if (!choice.best && !choice.not_ready)
		choose(reply, selector, false, &choice);
	if (!choice.best)
		return report_none(&choice, selector, err);
	if (choice.n_pods > 1)
		return report_several(&choice, selector, err);
	make_title(choice.best, title, sizeof(title));
	return take_name(choice.best->id, title, "a sandbox", ret_sandbox, err);
}

static bool is_container(const Cri__Container *container, const struct cri_name *sandbox, const char *name)
{
	return strcmp(container->pod_sandbox_id, sandbox->id) == 0 && container->metadata &&
	       (!name || strcmp(container->metadata->name, name) == 0);
}

int cri_choose_container(const uint8_t *data, size_t len, const struct cri_name *sandbox, const char *name,
			 struct cri_name *ret_container, struct evpn_error *err)
{
	_cleanup_message_ Cri__ListContainersResponse *reply = cri__list_containers_response__unpack(NULL, len, data);
	const Cri__Container *best = NULL;
	char title[CRI_TITLE_SIZE];

	if (!reply)
		return bad_reply("ListContainers", err);
	for (size_t i = 0; i < reply->n_containers; i++) {
		const Cri__Container *container = reply->containers[i];

		if (container->state == CRI_CONTAINER_RUNNING && is_container(container, sandbox, name) &&
		    (!best || container->created_at > best->created_at))
			best = container;
	}
	if (!best && name)
		return evpn_wait(err, "waits for container %s of pod %s: it is not running", name, sandbox->title);
	if (!best)
		return evpn_wait(err, "waits for a running container of pod %s", sandbox->title);
	snprintf(title, sizeof(title), "%.200s in pod %.250s", best->metadata->name, sandbox->title);
	return take_name(best->id, process_printable(title), "a container", ret_container, err);
}

bool cri_event_matters(const uint8_t *data, size_t len, const struct cri_selector *selector, const char *sandbox_id,
		       const char *container_id)
{
	_cleanup_message_ Cri__ContainerEventResponse *event = cri__container_event_response__unpack(NULL, len, data);

	/* An event that cannot be parsed may matter. */
	if (!event)
		return true;
	if (event->container_id[0] &&
	    (strcmp(event->container_id, sandbox_id) == 0 || strcmp(event->container_id, container_id) == 0))
		return true;
	return event->pod_sandbox_status && event->pod_sandbox_status->metadata &&
	       is_of(event->pod_sandbox_status->metadata, selector);
}

const char *cri_selector_text(const struct cri_selector *selector, char *buf, size_t size)
{
	size_t n = 0;

	buf[0] = '\0';
	if (selector->pod)
		n = (size_t)snprintf(buf, size, "pod \"%s\"", selector->pod);
	if (selector->namespace && n < size)
		n += (size_t)snprintf(buf + n, size - n, "%snamespace \"%s\"", n ? ", " : "", selector->namespace);
	for (size_t i = 0; i < selector->n_labels && n < size; i++)
		n += (size_t)snprintf(buf + n, size - n, "%slabel %s=%s", n ? ", " : "", selector->labels[i].key,
				      selector->labels[i].value);
	return buf;
}
