/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cri_info.c - parses PodSandboxStatus and ContainerStatus, and the JSON text that they have under the key "info"
 *
 *	{ "pid": 4711, "netNamespaceClosed": false,
 *	  "runtimeSpec": { "linux": { "namespaces": [ { "type": "network", "path": "/var/run/netns/cni-..." } ] } } }
 *
 * CRI does not specify this JSON, but containerd 1.6 to 2.1 and CRI-O write it alike. CRI-O leaves out the pid if the
 * pod has no process of its own.
 */
#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "lib/process.h"
#include "netns-cri/cri.h"
#include "netns-cri/cri_message.h"

/* The longest text, usually 10 KB: jansson makes up to 70 times as much memory of it. */
#define INFO_MAX_MIB 1u

/* Parses the JSON text; *ret_json is NULL if the reply has none. `whose` names the pod or container in errors. */
static int parse_info(const char *text, const char *whose, json_t **ret_json, struct evpn_error *err)
{
	json_error_t error;
	json_t *json;

	if (!text || !text[0]) {
		*ret_json = NULL;
		return 0;
	}
	if (strlen(text) >> 20 >= INFO_MAX_MIB)
		return evpn_fail(err, EFBIG, "the container runtime's information about %s has more than %u MiB", whose,
				 INFO_MAX_MIB);
	json = json_loads(text, 0, &error);
	if (!json)
		return evpn_fail(err, EPROTO,
				 "the container runtime's information about %s is not valid JSON: %s (line %d)", whose,
				 process_printable(error.text), error.line);
	*ret_json = json;
	return 0;
}

/* *ret_pid is 0 if the container runtime reports no pid. */
static int read_pid(const json_t *info, const char *whose, pid_t *ret_pid, struct evpn_error *err)
{
	const json_t *json = json_object_get(info, "pid");
	json_int_t pid = json_is_integer(json) ? json_integer_value(json) : 0;

	if ((json && !json_is_integer(json)) || pid < 0 || pid > PROCESS_PID_MAX)
		return evpn_fail(err, EPROTO, "the container runtime reports an invalid pid for %s: %lld", whose,
				 (long long)pid);
	*ret_pid = (pid_t)pid;
	return 0;
}

/*
 * 1: *ret_path is the path in the runtime specification, or ""; 0: it has no network namespace; -1: no specification.
 */
static int find_path(const json_t *info, const char **ret_path)
{
	const json_t *spec = json_object_get(json_object_get(info, "runtimeSpec"), "linux");
	const json_t *list = json_object_get(spec, "namespaces"), *path;

	if (!json_is_array(list))
		return -1;
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *entry = json_array_get(list, i);
		const char *type = json_string_value(json_object_get(entry, "type"));

		if (!type || strcmp(type, "network") != 0)
			continue;
		path = json_object_get(entry, "path");
		*ret_path = json_is_string(path) ? json_string_value(path) : "";
		return 1;
	}
	return 0;
}

static int refuse_host_network(const struct cri_name *sandbox, struct evpn_error *err)
{
	return evpn_fail(err, EINVAL,
			 "pod %s uses the host's network namespace, and FRR needs its own; set hostNetwork: false in "
			 "its manifest",
			 sandbox->title);
}

static int read_info(const json_t *info, const struct cri_name *sandbox, struct cri_netns *ret_netns,
		     struct evpn_error *err)
{
	const char *path = "";

	if (json_is_true(json_object_get(info, "netNamespaceClosed")))
		return evpn_wait(err, "waits for pod %s: the network namespace of its sandbox %.13s is closed",
				 sandbox->title, sandbox->id);
	if (read_pid(info, sandbox->title, &ret_netns->pid, err) < 0)
		return -1;
	if (find_path(info, &path) == 0)
		return refuse_host_network(sandbox, err);
	if (strlen(path) >= sizeof(ret_netns->path) || (path[0] && path[0] != '/'))
		return evpn_fail(
			err, EPROTO,
			"the container runtime reports a network namespace of pod %s whose path is not absolute",
			sandbox->title);
	strcpy(ret_netns->path, path);
	return 1;
}

static bool has_host_network(const Cri__PodSandboxStatus *status)
{
	const Cri__Namespace *namespaces = status->linux_status ? status->linux_status->namespaces : NULL;

	return namespaces && namespaces->options && namespaces->options->network == CRI_NETWORK_NODE;
}

int cri_read_sandbox(const uint8_t *data, size_t len, const struct cri_name *sandbox, struct cri_netns *ret_netns,
		     struct evpn_error *err)
{
	_cleanup_message_ Cri__PodSandboxStatusResponse *reply = cri__pod_sandbox_status_response__unpack(NULL, len,
													  data);
	struct cri_netns netns = { 0 };
	json_auto_t *info = NULL;
	const char *text = NULL;
	int r;

	if (!reply || !reply->status)
		return evpn_fail(err, EPROTO, "cannot parse the container runtime's reply to PodSandboxStatus");
	if (reply->status->state != CRI_SANDBOX_READY)
		return evpn_wait(err, "waits for pod %s: its sandbox %.13s is not ready", sandbox->title, sandbox->id);
	if (has_host_network(reply->status))
		return refuse_host_network(sandbox, err);
	for (size_t i = 0; i < reply->n_info; i++)
		if (strcmp(reply->info[i]->key, "info") == 0)
			text = reply->info[i]->value;
	if (parse_info(text, sandbox->title, &info, err) < 0)
		return -1;
	r = read_info(info, sandbox, &netns, err);
	if (r > 0)
		*ret_netns = netns;
	return r;
}

int cri_read_container(const uint8_t *data, size_t len, const struct cri_name *container, pid_t *ret_pid,
		       struct evpn_error *err)
{
	_cleanup_message_ Cri__ContainerStatusResponse *reply = cri__container_status_response__unpack(NULL, len, data);
	json_auto_t *info = NULL;
	const char *text = NULL;
	pid_t pid = 0;

	if (!reply || !reply->status)
		return evpn_fail(err, EPROTO, "cannot parse the container runtime's reply to ContainerStatus");
	if (reply->status->state != CRI_CONTAINER_RUNNING)
		return evpn_wait(err, "waits for container %s: it is not running", container->title);
	for (size_t i = 0; i < reply->n_info; i++)
		if (strcmp(reply->info[i]->key, "info") == 0)
			text = reply->info[i]->value;
	if (parse_info(text, container->title, &info, err) < 0 || read_pid(info, container->title, &pid, err) < 0)
		return -1;
	if (!pid)
		return evpn_fail(err, ENODATA, "the container runtime reports no pid for container %s",
				 container->title);
	*ret_pid = pid;
	return 1;
}
