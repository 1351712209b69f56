/* SPDX-License-Identifier: Apache-2.0 */
/* reloader_interfaces.c - see reloader.h */
#include <string.h>
#include <unistd.h>

#include "frr-signal/reloader.h"

/* Returns 0, or -1: the file cannot be read, is empty or too long. */
static int read_config(const struct options *o, struct text *ret_config)
{
	_cleanup_close_ int fd = job_open_config(o);
	char buffer[4096];
	ssize_t n = fd < 0 ? -1 : 1;

	while (n > 0 && !ret_config->cut) {
		n = read(fd, buffer, sizeof(buffer));
		if (n > 0)
			text_append(ret_config, buffer, (size_t)n, PROTOCOL_BODY_MAX);
	}
	return n < 0 || ret_config->cut || !ret_config->data ? -1 : 0;
}

/* The next line `interface NAME' from *at on, which then points behind it; NULL: there is none. */
static const char *next_interface(const char **at, size_t *ret_len)
{
	while (**at) {
		const char *line = *at;
		size_t len = strcspn(line, "\r\n");

		*at += len + strspn(line + len, "\r\n");
		if (strncmp(line, "interface ", strlen("interface ")) == 0) {
			*ret_len = len;
			return line;
		}
	}
	return NULL;
}

static bool has_interface(const char *config, const char *line, size_t len)
{
	const char *other;
	size_t other_len;

	while ((other = next_interface(&config, &other_len)))
		if (other_len == len && memcmp(other, line, len) == 0)
			return true;
	return false;
}

/* Appends an empty section for each interface of the other configuration that config lacks. True: there were such. */
static bool keep(struct text *config, const char *other)
{
	const size_t before = config->len;
	const char *line;
	size_t len;

	while ((line = next_interface(&other, &len))) {
		if (has_interface(config->data, line, len))
			continue;
		text_append(config, "\n", 1, PROTOCOL_BODY_MAX);
		text_append(config, line, len, PROTOCOL_BODY_MAX);
		text_append(config, "\nexit\n", strlen("\nexit\n"), PROTOCOL_BODY_MAX);
	}
	return config->len > before && !config->cut;
}

const char *interfaces_confdir(struct job *job, const struct options *o)
{
	const char *confdir = o->confdir;
	struct text config = { 0 };

	if (read_config(o, &config) == 0 && keep(&config, job->former.data) && job_write_dir(job, o, config.data) == 0)
		confdir = job->dir;
	text_free(&config);
	return confdir;
}

int interfaces_write_former(struct job *job, const struct options *o)
{
	const char *former = job_skip_head(&job->former);
	struct text config = { 0 }, refused = { 0 };
	int r;

	text_append(&config, former, strlen(former), PROTOCOL_BODY_MAX);
	if (read_config(o, &refused) == 0)
		keep(&config, refused.data);
	r = job_write_dir(job, o, config.data);
	text_free(&refused);
	text_free(&config);
	return r;
}
