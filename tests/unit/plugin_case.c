/* SPDX-License-Identifier: Apache-2.0 */
/* plugin_case.c - see plugin_case.h */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin_case.h"

const struct evpn_plugin *plugin;
struct fake_option options[8];
struct evpn_error err;
void *self;
const char *text;
char plugin_dir[64];

static struct fake_host fake;

void plugin_case_begin(const char *name)
{
	snprintf(plugin_dir, sizeof(plugin_dir), "/tmp/test-%s.XXXXXX", name);
	ck_assert_ptr_nonnull(mkdtemp(plugin_dir));
	memset(options, 0, sizeof(options));
	plugin = fake_host_load(MODULE);
}

void plugin_case_end(void)
{
	char command[96];

	if (self)
		plugin->close(self);
	self = NULL;
	snprintf(command, sizeof(command), "rm -rf %s", plugin_dir);
	ck_assert_int_eq(system(command), 0);
}

int try_open(void)
{
	if (self)
		plugin->close(self);
	self = NULL;
	memset(&err, 0, sizeof(err));
	return plugin->open(fake_host_init(&fake, options), &self, &err);
}

void write_file(const char *name, const char *content)
{
	char path[160];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", plugin_dir, name);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	fputs(content, f);
	fclose(f);
}

const char *read_file(const char *name)
{
	static char content[8192];
	char path[160];
	size_t n = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", plugin_dir, name);
	f = fopen(path, "r");
	if (f) {
		n = fread(content, 1, sizeof(content) - 1, f);
		fclose(f);
	}
	content[n] = '\0';
	return content;
}

const char *logged(void)
{
	return fake.log;
}

void assert_failed(int r, int code, const char *part)
{
	ck_assert_int_eq(r, -1);
	ck_assert_msg(strstr(err.msg, part) != NULL, "`%s' is not in: %s", part, err.msg);
	ck_assert_int_eq(err.code, code);
}
