/* SPDX-License-Identifier: Apache-2.0 */
/* test_frrfile.c - frr.conf on the shared volume: whole or not at all, and back when FRR refuses it */
#include <sys/mount.h>
#include <sys/stat.h>

#include "frrfile.h"
#include "unit.h"
#include "util.h"

static char dir[64], state[80], path[96];
static struct config_frr frr;

static void setup(void)
{
	strcpy(dir, "/tmp/evpnd-frrfile-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(state, sizeof(state), "%s/state", dir);
	ck_assert_int_eq(mkdir(state, 0700), 0);
	snprintf(path, sizeof(path), "%s/frr.conf", dir);
	frr = (struct config_frr){ .config = path, .uid = (uid_t)-1, .gid = (gid_t)-1, .mode = 0640 };
}

static void teardown(void)
{
	char command[160];

	snprintf(command, sizeof(command), "rm -r '%s'", dir);
	ck_assert_int_eq(system(command), 0);
}

static void assert_text(const char *file, const char *want)
{
	_cleanup_free_ char *text = NULL;

	ck_assert_int_eq(util_read_file(file, 1 << 20, &text, NULL), 0);
	ck_assert_str_eq(text, want);
}

/* Nothing but the named entries: no temporary file was left behind. */
static void assert_entries(unsigned int n)
{
	char command[160];
	unsigned int have = 0;
	FILE *f;

	snprintf(command, sizeof(command), "ls -A '%s' | wc -l", dir);
	f = popen(command, "r");
	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(fscanf(f, "%u", &have), 1);
	pclose(f);
	ck_assert_uint_eq(have, n);
}

START_TEST(install_with_the_directorys_owner)
{
	struct evpn_error err = { 0 };
	struct stat st;

	if (geteuid() == 0)
		ck_assert_int_eq(chown(dir, 1234, 5678), 0);
	ck_assert(!frrfile_is_installed(&frr, "a\n"));
	ck_assert_int_eq(frrfile_install(&frr, state, "a\n", &err), 0);
	ck_assert(frrfile_is_installed(&frr, "a\n"));
	ck_assert(!frrfile_is_installed(&frr, "b\n"));
	assert_text(path, "a\n");
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0640);
	if (geteuid() == 0) {
		ck_assert_uint_eq(st.st_uid, 1234);
		ck_assert_uint_eq(st.st_gid, 5678);
	}
	/* Wrong mode: not as it shall be. */
	ck_assert_int_eq(chmod(path, 0644), 0);
	ck_assert(!frrfile_is_installed(&frr, "a\n"));
	assert_entries(2);
}
END_TEST

START_TEST(go_back_to_what_frr_accepted)
{
	struct evpn_error err = { 0 };

	ck_assert_int_eq(frrfile_go_back(&frr, state, &err), 0);
	ck_assert_int_eq(frrfile_install(&frr, state, "good\n", &err), 0);
	ck_assert_int_eq(frrfile_accept(&frr, state, &err), 0);
	ck_assert_int_eq(frrfile_install(&frr, state, "bad\n", &err), 0);
	assert_text(path, "bad\n");
	ck_assert_int_eq(frrfile_go_back(&frr, state, &err), 1);
	assert_text(path, "good\n");
}
END_TEST

START_TEST(what_stood_there_before_evpnd_counts_as_accepted)
{
	struct evpn_error err = { 0 };
	FILE *f = fopen(path, "w");

	ck_assert_ptr_nonnull(f);
	fputs("by hand\n", f);
	fclose(f);
	ck_assert_int_eq(frrfile_install(&frr, state, "bad\n", &err), 0);
	ck_assert_int_eq(frrfile_go_back(&frr, state, &err), 1);
	assert_text(path, "by hand\n");
}
END_TEST

START_TEST(full_disk_leaves_the_old_file)
{
	struct evpn_error err = { 0 };
	size_t size = 256 << 10;
	_cleanup_free_ char *big = xcalloc(size + 1, 1);

	memset(big, '!', size);
	ck_assert_int_eq(mount("small", dir, "tmpfs", 0, "size=64k"), 0);
	int installed = frrfile_install(&frr, dir, "old\n", &err);
	int r = frrfile_install(&frr, dir, big, &err);
	_cleanup_free_ char *text = NULL;
	int still = util_read_file(path, 1 << 20, &text, NULL);

	ck_assert_int_eq(umount(dir), 0);
	ck_assert_int_eq(installed, 0);
	ck_assert_int_lt(r, 0);
	ck_assert_ptr_nonnull(strstr(err.msg, "No space left"));
	ck_assert_int_eq(still, 0);
	ck_assert_str_eq(text, "old\n");
}
END_TEST

START_TEST(directory_that_is_not_there)
{
	struct evpn_error err = { 0 };
	struct config_frr nowhere = frr;

	nowhere.config = (char[]){ "/nowhere/at/all/frr.conf" };
	ck_assert_int_lt(frrfile_install(&nowhere, state, "a\n", &err), 0);
	ck_assert_ptr_nonnull(strstr(err.msg, "/nowhere/at/all"));
}
END_TEST

START_TEST(vtysh_as_configured)
{
	_cleanup_free_ char *found = NULL;

	frr.check = (char[]){ "" };
	ck_assert_ptr_null(frrfile_find_vtysh(&frr));
	frr.check = (char[]){ "/opt/vtysh" };
	found = frrfile_find_vtysh(&frr);
	ck_assert_str_eq(found, "/opt/vtysh");
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("frrfile");

	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_add_test(tcase, install_with_the_directorys_owner);
	tcase_add_test(tcase, go_back_to_what_frr_accepted);
	tcase_add_test(tcase, what_stood_there_before_evpnd_counts_as_accepted);
	if (geteuid() == 0)
		tcase_add_test(tcase, full_disk_leaves_the_old_file);
	else
		fputs("SKIP: full_disk_leaves_the_old_file: mounting a small file system needs root\n", stderr);
	tcase_add_test(tcase, directory_that_is_not_there);
	tcase_add_test(tcase, vtysh_as_configured);
	return unit_run("frrfile", tcase);
}
