/* SPDX-License-Identifier: Apache-2.0 */
/* options.c - reads the plugin's options, see netns-cri.h */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "evpn-plugin-options.h"
#include "netns-cri/netns-cri.h"

#define TIMEOUT_DEFAULT_S 5
#define TIMEOUT_MAX_S	  60

const char *const cri_options[] = { "socket",  "namespace", "pod",  "labels", "container",
				    "timeout", "host_root", "proc", NULL };

/* The default sockets of containerd, CRI-O and k3s. */
static const char *const usual_sockets[] = {
	"/run/containerd/containerd.sock",
	"/run/crio/crio.sock",
	"/run/k3s/containerd/containerd.sock",
};

static int add_socket(struct netns_cri *self, const char *root, const char *path, struct evpn_error *err)
{
	size_t size = strlen(root) + strlen(path) + 1;
	char *text;

	if (path[0] != '/' || size > sizeof(((struct sockaddr_un *)NULL)->sun_path))
		return evpn_fail(err, EINVAL, "socket = \"%s%s\": must be an absolute path of at most %zu bytes", root,
				 path, sizeof(((struct sockaddr_un *)NULL)->sun_path) - 1);
	if (asprintf(&text, "%s%s", root, path) < 0)
		return evpn_fail(err, ENOMEM, "%s", strerror(ENOMEM));
	self->socket_texts[self->n_sockets] = text;
	self->sockets[self->n_sockets++] = text;
	return 0;
}

static int read_sockets(struct netns_cri *self, struct evpn_error *err)
{
	const char *socket = self->host->option(self->host, "socket");

	/* crictl and kubelet write it with unix://. */
	if (socket && strncmp(socket, "unix://", 7) == 0)
		socket += 7;
	if (socket)
		return add_socket(self, "", socket, err);
	for (size_t i = 0; i < sizeof(usual_sockets) / sizeof(usual_sockets[0]); i++)
		if (add_socket(self, self->host_root, usual_sockets[i], err) < 0)
			return -1;
	return 0;
}

/* Splits "KEY=VALUE", the form in a list or array: libconfig does not accept every Kubernetes key as a name. */
static int split_label(struct netns_cri *self, struct cri_label *label, struct evpn_error *err)
{
	const char *text = label->value, *equals = strchr(text, '=');
	char *key;

	if (!equals || equals == text)
		return evpn_fail(err, EINVAL, "labels: \"%s\": must have the form KEY=VALUE", text);
	key = strndup(text, (size_t)(equals - text));
	if (!key)
		return evpn_fail(err, ENOMEM, "%s", strerror(ENOMEM));
	label->key = self->keys[self->n_keys++] = key;
	label->value = equals + 1;
	return 0;
}

static int read_labels(struct netns_cri *self, struct evpn_error *err)
{
	const char *text = self->host->option(self->host, "labels"), *key, *value;
	unsigned int n = 0;

	if (text)
		return evpn_fail(err, EINVAL, "labels = \"%s\": must be a group, for example { app = \"frr\"; }", text);
	while (self->host->option_entry(self->host, "labels", n, &key, &value))
		n++;
	self->labels = calloc(n + 1, sizeof(*self->labels));
	self->keys = calloc(n + 1, sizeof(*self->keys));
	if (!self->labels || !self->keys)
		return evpn_fail(err, ENOMEM, "%s", strerror(ENOMEM));
	self->selector.labels = self->labels;
	for (; self->selector.n_labels < n; self->selector.n_labels++) {
		struct cri_label *label = &self->labels[self->selector.n_labels];

		self->host->option_entry(self->host, "labels", (unsigned int)self->selector.n_labels, &label->key,
					 &label->value);
		/* Entries of a list are named by their number; a name in a group never begins with a digit. */
		if (label->key[0] >= '0' && label->key[0] <= '9' && split_label(self, label, err) < 0)
			return -1;
	}
	return 0;
}

static int read_timeout(struct netns_cri *self, struct evpn_error *err)
{
	unsigned int seconds = 0;

	if (evpn_option_unsigned(self->host, "timeout", TIMEOUT_DEFAULT_S, 1, TIMEOUT_MAX_S, "seconds", &seconds, err) <
	    0)
		return -1;
	self->timeout_ms = (long)seconds * 1000;
	return 0;
}

int options_read(struct netns_cri *self, struct evpn_error *err)
{
	const struct evpn_host *host = self->host;

	if (evpn_option_text(host, "namespace", NULL, &self->selector.namespace, err) < 0 ||
	    evpn_option_text(host, "pod", NULL, &self->selector.pod, err) < 0 ||
	    evpn_option_text(host, "container", NULL, &self->selector.container, err) < 0 ||
	    evpn_option_path(host, "host_root", "", &self->host_root, err) < 0 ||
	    evpn_option_path(host, "proc", "/proc", &self->proc, err) < 0 || read_labels(self, err) < 0 ||
	    read_timeout(self, err) < 0)
		return -1;
	if (!self->selector.pod && !self->selector.n_labels)
		return evpn_fail(err, EINVAL, "neither pod nor labels is set; set one of them to select FRR's pod");
	/* "/" is the default. Paths are appended to host_root, so it becomes "". */
	if (strcmp(self->host_root, "/") == 0)
		self->host_root = "";
	return read_sockets(self, err);
}

void options_free(struct netns_cri *self)
{
	for (size_t i = 0; i < CRI_MAX_SOCKETS; i++)
		free(self->socket_texts[i]);
	for (size_t i = 0; i < self->n_keys; i++)
		free(self->keys[i]);
	free(self->keys);
	free(self->labels);
}
