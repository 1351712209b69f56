/* SPDX-License-Identifier: Apache-2.0 */
/*
 * old-1.0.c - a plugin as it was built against version 1.0 of evpn-plugin.h
 *
 * It has its own copy of the declarations as they were then, and must load, open and work for ever. Never change it
 * to follow the header: if it no longer works, the header has broken its promise.
 *
 * Its struct ends with reload_frr, the least that a plugin has; with -DWHOLE it is all of version 1.0. On open it uses
 * every service of the host, and fails with a message if one does not answer as it should.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct error_1_0 {
	int code;
	char msg[2048];
};

struct host_1_0 {
	uint32_t struct_size;
	const char *(*option)(const struct host_1_0 *host, const char *key);
	int (*option_entry)(const struct host_1_0 *host, const char *key, unsigned int index, const char **ret_name,
			    const char **ret_value);
	void (*log)(const struct host_1_0 *host, int level, const char *format, ...);
};

struct plugin_1_0 {
	uint32_t struct_size;
	const char *name;
	const char *summary;
	const char *const *options;
	int (*open)(const struct host_1_0 *host, void **ret_self, struct error_1_0 *err);
	void (*close)(void *self);
	int (*event_fd)(void *self);
	int (*on_event)(void *self, struct error_1_0 *err);
	int (*find_netns)(void *self, int *ret_fd, uint64_t *ret_instance, struct error_1_0 *err);
	int (*reload_frr)(void *self, const char *conf_path, uint64_t generation, struct error_1_0 *err);
#ifdef WHOLE
	int (*query_frr)(void *self, const char *command, const char **ret_text, struct error_1_0 *err);
#endif
};

static int wrong(struct error_1_0 *err, const char *what)
{
	err->code = 22;
	snprintf(err->msg, sizeof(err->msg), "the host's %s is not that of version 1.0", what);
	return -1;
}

static int old_open(const struct host_1_0 *host, void **ret_self, struct error_1_0 *err)
{
	const char *name = NULL, *value = NULL, *text;

	if (host->struct_size < sizeof(struct host_1_0))
		return wrong(err, "struct_size");
	text = host->option(host, "text");
	if (!text || strcmp(text, "a text") != 0 || host->option(host, "absent"))
		return wrong(err, "option");
	text = host->option(host, "number");
	if (!text || strcmp(text, "42") != 0)
		return wrong(err, "option, for a number,");
	if (host->option_entry(host, "labels", 1, &name, &value) != 1 || strcmp(name, "tier") != 0 ||
	    strcmp(value, "fabric") != 0 || host->option_entry(host, "labels", 2, &name, &value) != 0)
		return wrong(err, "option_entry");
	host->log(host, 5, "old-1.0 is open, %s", "which is good");
	*ret_self = malloc(1);
	return 0;
}

static void old_close(void *self)
{
	free(self);
}

static int old_event_fd(void *self)
{
	(void)self;
	return -1;
}

static int old_on_event(void *self, struct error_1_0 *err)
{
	(void)self;
	(void)err;
	return 0;
}

static int old_find_netns(void *self, int *ret_fd, uint64_t *ret_instance, struct error_1_0 *err)
{
	(void)self;
	(void)ret_fd;
	(void)ret_instance;
	snprintf(err->msg, sizeof(err->msg), "old-1.0 waits");
	return 0;
}

static int old_reload_frr(void *self, const char *conf_path, uint64_t generation, struct error_1_0 *err)
{
	(void)self;
	(void)conf_path;
	(void)generation;
	(void)err;
	return 1;
}

#ifdef WHOLE
static int old_query_frr(void *self, const char *command, const char **ret_text, struct error_1_0 *err)
{
	(void)self;
	(void)command;
	(void)err;
	*ret_text = "{}";
	return 1;
}
#endif

static const char *const old_options[] = { "text", "number", "labels", "absent", NULL };

extern __attribute__((visibility("default"))) const struct plugin_1_0 evpn_plugin_v1;

const struct plugin_1_0 evpn_plugin_v1 = {
	.struct_size = sizeof(struct plugin_1_0),
	.name = "old",
	.summary = "built against version 1.0",
	.options = old_options,
	.open = old_open,
	.close = old_close,
	.event_fd = old_event_fd,
	.on_event = old_on_event,
	.find_netns = old_find_netns,
	.reload_frr = old_reload_frr,
#ifdef WHOLE
	.query_frr = old_query_frr,
#endif
};
