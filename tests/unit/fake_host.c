/* SPDX-License-Identifier: Apache-2.0 */
/* fake_host.c - see fake_host.h */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fake_host.h"

static const struct fake_option no_options[] = { { NULL, NULL } };

static const char *fake_option(const struct evpn_host *host, const char *key)
{
	const struct fake_host *fake = (const struct fake_host *)host;

	for (const struct fake_option *o = fake->options; o->key; o++)
		if (strcmp(o->key, key) == 0)
			return o->value;
	return NULL;
}

static int fake_option_entry(const struct evpn_host *host, const char *key, unsigned int index, const char **ret_name,
			     const char **ret_value)
{
	const struct fake_host *fake = (const struct fake_host *)host;
	size_t len = strlen(key);

	for (const struct fake_option *o = fake->options; o->key; o++) {
		if (strncmp(o->key, key, len) != 0 || o->key[len] != '.' || index-- > 0)
			continue;
		*ret_name = o->key + len + 1;
		*ret_value = o->value;
		return 1;
	}
	return 0;
}

static void fake_append(struct fake_host *fake, int written)
{
	size_t room = sizeof(fake->log) - fake->log_len;

	if (written < 0 || (size_t)written >= room) {
		fprintf(stderr, "fake_host: the plugin logs more than %zu bytes\n", sizeof(fake->log));
		abort();
	}
	fake->log_len += (size_t)written;
}

EVPN_PRINTF(3, 4) static void fake_log(const struct evpn_host *host, enum evpn_log_level level, const char *format, ...)
{
	/* The plugin gets a const pointer, but the struct is a variable of the test. */
	struct fake_host *fake = (struct fake_host *)(uintptr_t)host;
	va_list ap;

	fake_append(fake, snprintf(fake->log + fake->log_len, sizeof(fake->log) - fake->log_len, "%d: ", (int)level));
	va_start(ap, format);
	fake_append(fake, vsnprintf(fake->log + fake->log_len, sizeof(fake->log) - fake->log_len, format, ap));
	va_end(ap);
	fake_append(fake, snprintf(fake->log + fake->log_len, sizeof(fake->log) - fake->log_len, "\n"));
}

const struct evpn_host *fake_host_init(struct fake_host *fake, const struct fake_option *options)
{
	*fake = (struct fake_host){ .host = { .struct_size = sizeof(struct evpn_host),
					      .option = fake_option,
					      .option_entry = fake_option_entry,
					      .log = fake_log },
				    .options = options ? options : no_options };
	return &fake->host;
}

void fake_host_clear_log(struct fake_host *fake)
{
	fake->log[0] = '\0';
	fake->log_len = 0;
}

const struct evpn_plugin *fake_host_load(const char *path)
{
	void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	const struct evpn_plugin *plugin = library ? dlsym(library, EVPN_PLUGIN_SYMBOL) : NULL;

	if (!plugin) {
		fprintf(stderr, "fake_host: %s\n", dlerror());
		exit(1);
	}
	return plugin;
}

int64_t fake_host_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

bool fake_host_readable(int fd, int deadline_ms)
{
	int64_t end = fake_host_now_ms() + deadline_ms;
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	int64_t left = deadline_ms;
	int n;

	while ((n = poll(&pfd, 1, left > 0 ? (int)left : 0)) < 0 && errno == EINTR)
		left = end - fake_host_now_ms();
	return n == 1 && (pfd.revents & POLLIN);
}

int fake_host_count_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = 0;

	if (!dir) {
		perror("/proc/self/fd");
		abort();
	}
	while (readdir(dir))
		n++;
	closedir(dir);
	return n - 3; /* ".", "..", and the descriptor of the directory itself */
}
