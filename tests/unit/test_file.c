/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_file.c - each file that evpnd reads, replaced by each kind of thing that would make evpnd wait or read without end:
 * evpnd goes on at once, and says which file is what
 */
#include <errno.h>
#include <sys/stat.h>

#include "bad_file.h"
#include "unit.h"
#include "base/child.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/passwd.h"
#include "base/util.h"
#include "base/volume.h"
#include "config/config.h"
#include "frr/frrfile.h"
#include "run/plugin_host.h"
#include "run/state_dir.h"
#include "run/state_file.h"

/* To open and refuse a file takes microseconds; the rest is for a slow machine. */
#define LIMIT_US 30000000

static char dir[] = "/tmp/test-file.XXXXXX";
static char path[64], other[64];

static void setup(void)
{
	strcpy(dir, "/tmp/test-file.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(other, sizeof(other), "%s/other", dir);
}

static void teardown(void)
{
	bad_file_remove(path);
	unlink(other);
	rmdir(dir);
}

static void write_other(const char *text)
{
	FILE *f = fopen(other, "w");

	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	ck_assert_int_eq(fclose(f), 0);
	ck_assert_int_eq(chmod(other, 0700), 0);
}

/* Each reads `path`, and returns the error, which the caller frees. */
static char *load_config(const char *config_path)
{
	struct config_errors errors = { 0 };
	struct config *config = config_load(config_path, &errors);
	char *text;

	ck_assert_ptr_null(config);
	ck_assert_uint_gt(errors.n_lines, 0);
	text = xstrdup("");
	for (size_t i = 0; i < errors.n_lines; i++) {
		char *longer = xasprintf("%s%s\n", text, errors.lines[i]);

		free(text);
		text = longer;
	}
	config_errors_clear(&errors);
	return text;
}

static char *read_config(void)
{
	return load_config(path);
}

static char *read_include(void)
{
	write_other("@include \"bad\"\n");
	return load_config(other);
}

static char *read_index(void)
{
	_cleanup_free_ char *text = xasprintf("node = { index_from = \"file:%s\"; };\n", path);

	write_other(text);
	return load_config(other);
}

static char *read_password(void)
{
	_cleanup_free_ char *text = xasprintf("frr = { neighbors = ( { password_file = \"%s\"; } ); };\n", path);

	write_other(text);
	return load_config(other);
}

static char *read_source(void)
{
	struct config config = { .frr = { .source = path } };
	struct evpn_error err = { 0 };
	char *text;

	ck_assert_int_lt(frrfile_wanted(&config, &text, &err), 0);
	return xstrdup(err.msg);
}

static char *read_volume(void)
{
	char name[NAME_MAX + 1], *text;
	_cleanup_close_ int volume = volume_open(path, name);
	int r = file_read_at(volume, name, FILE_NO_LINK, 1 << 20, &text, NULL, NULL);

	ck_assert_int_ge(volume, 0);
	ck_assert_int_lt(r, 0);
	return xasprintf("%s: %s", path, volume_fault(r));
}

static char *read_record(void)
{
	struct evpn_error err = { 0 };
	struct net net = { 0 };

	ck_assert_int_lt(state_file_load_netns(dir, 1, &net, &err), 0);
	return xstrdup(err.msg);
}

static char *take_lock(void)
{
	struct evpn_error err = { 0 };
	int fd = -1;

	ck_assert_int_lt(state_dir_lock(dir, "default", &fd, &err), 0);
	return xstrdup(err.msg);
}

static char *load_plugin(void)
{
	struct evpn_error err = { 0 };
	struct plugin *plugin;

	ck_assert_int_lt(plugin_load(path, &plugin, &err), 0);
	return xstrdup(err.msg);
}

static char *run_program(void)
{
	struct child child = CHILD_INIT;
	struct evpn_error err = { 0 };

	ck_assert_int_lt(child_start(&child, (char *const[]){ path, NULL }, "", &err), 0);
	return xstrdup(err.msg);
}

static const struct {
	const char *name; /* of the file */
	char *(*read)(void);
	bool any_size; /* a huge file is not refused for its size */
} inputs[] = {
	{ "evpn.conf", read_config, false },  { "bad", read_include, false },	{ "index", read_index, false },
	{ "password", read_password, false }, { "source", read_source, false }, { "frr.conf", read_volume, false },
	{ "netns.json", read_record, false }, { "lock", take_lock, true },	{ "plugin.so", load_plugin, true },
	{ "program", run_program, true },
};

START_TEST(nothing_waits_and_the_error_says_what_it_is)
{
	size_t input = (size_t)_i / BAD_KINDS;
	enum bad_file kind = (enum bad_file)(_i % BAD_KINDS);
	_cleanup_free_ char *said = NULL;
	uint64_t from;

	snprintf(path, sizeof(path), "%s/%s", dir, inputs[input].name);
	if ((kind == BAD_HUGE && inputs[input].any_size) || !bad_file_make(kind, path))
		return;
	from = clock_us();
	said = inputs[input].read();
	ck_assert_uint_lt(clock_us() - from, LIMIT_US);
	ck_assert_msg(strstr(said, bad_file_words[kind]), "%s: no `%s' in: %s", inputs[input].name,
		      bad_file_words[kind], said);
	ck_assert_msg(strstr(said, path), "no %s in: %s", path, said);
}
END_TEST

/* A device is not even opened: /dev/watchdog, for example, starts to run when it is. */
START_TEST(device_is_not_opened)
{
	snprintf(path, sizeof(path), "%s/tty", dir);
	/* Opening the terminal of a process without one fails with ENXIO. */
	ck_assert_int_eq(symlink("/dev/tty", path), 0);
	ck_assert_int_eq(file_open(AT_FDCWD, path, FILE_FOLLOW, NULL), -FILE_DEVICE);
	ck_assert_int_eq(file_open(AT_FDCWD, path, FILE_NO_LINK, NULL), -ELOOP);
}
END_TEST

/* Files of procfs have no size, and one of them has no end either; neither waits. */
START_TEST(files_without_a_size)
{
	_cleanup_free_ char *text = NULL;
	size_t len = 0;

	ck_assert_int_eq(file_read("/proc/self/cmdline", 1 << 20, &text, &len), 0);
	ck_assert_uint_gt(len, 0);
	ck_assert_int_eq(file_read("/proc/self/maps", 16, &text, &len), -EFBIG);
}
END_TEST

START_TEST(users_and_groups)
{
	uid_t uid = 1;
	gid_t gid = 1;

	ck_assert_int_eq(passwd_find_user("root", &uid), 1);
	ck_assert_int_eq(passwd_find_group("root", &gid), 1);
	ck_assert_uint_eq(uid + gid, 0);
	ck_assert_int_eq(passwd_find_user("no-such-user", &uid), 0);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("files");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 60);
	tcase_add_loop_test(tcase, nothing_waits_and_the_error_says_what_it_is, 0, ARRAY_LEN(inputs) * BAD_KINDS);
	tcase_add_test(tcase, device_is_not_opened);
	tcase_add_test(tcase, files_without_a_size);
	tcase_add_test(tcase, users_and_groups);
	return unit_run("file", tcase);
}
