/* SPDX-License-Identifier: Apache-2.0 */
/* test_frrfile.c - frr.conf on the shared volume: whole or not at all, and back when FRR refuses it */
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "frr/frrconf.h"
#include "frrfile_case.h"
#include "unit.h"
#include "base/file.h"
#include "base/util.h"

static enum frrfile_former former;
static char daemon_name[] = "daemon", root_name[] = "root", unknown_name[] = "nosuchgroup";

START_TEST(install_with_the_directorys_owner)
{
	struct evpn_error err = { 0 };
	struct stat st;

	if (geteuid() == 0)
		ck_assert_int_eq(chown(fc.dir, 1234, 5678), 0);
	ck_assert(!frrfile_is_installed(&fc.frr, "a\n"));
	ck_assert_int_eq(frrfile_install(&fc.frr, fc.state, "a\n", &former, &err), 0);
	ck_assert(frrfile_is_installed(&fc.frr, "a\n"));
	ck_assert(!frrfile_is_installed(&fc.frr, "b\n"));
	frrfile_case_text(fc.path, "a\n");
	ck_assert_int_eq(stat(fc.path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0640);
	if (geteuid() == 0) {
		ck_assert_uint_eq(st.st_uid, 1234);
		ck_assert_uint_eq(st.st_gid, 5678);
	}
	/* Wrong mode: not as it shall be. */
	ck_assert_int_eq(chmod(fc.path, 0644), 0);
	ck_assert(!frrfile_is_installed(&fc.frr, "a\n"));
	frrfile_case_entries(2);
}
END_TEST

/* Names are those of the host's /etc/passwd and /etc/group, where every host has root and daemon. */
START_TEST(install_with_an_owner_by_name)
{
	struct evpn_error err = { 0 };
	struct stat st;

	if (geteuid() != 0)
		return;
	fc.frr.owner.name = daemon_name;
	fc.frr.group.name = root_name;
	ck_assert_int_eq(chown(fc.dir, 1234, 5678), 0);
	ck_assert_int_eq(frrfile_install(&fc.frr, fc.state, "a\n", &former, &err), 0);
	ck_assert(frrfile_is_installed(&fc.frr, "a\n"));
	ck_assert_int_eq(stat(fc.path, &st), 0);
	ck_assert_uint_eq(st.st_uid, getpwnam("daemon")->pw_uid);
	ck_assert_uint_eq(st.st_gid, 0);
}
END_TEST

START_TEST(install_with_an_owner_who_has_gone)
{
	struct evpn_error err = { 0 };

	fc.frr.owner = (struct config_id){ .number = UINT32_MAX };
	fc.frr.group = (struct config_id){ .name = unknown_name,
					   .number = UINT32_MAX,
					   .where = { .file = "evpn.conf", .line = 7 } };
	ck_assert_int_lt(frrfile_install(&fc.frr, fc.state, "a\n", &former, &err), 0);
	ck_assert_int_eq(err.code, ENOENT);
	ck_assert_str_eq(err.msg, "evpn.conf:7: frr.group: nosuchgroup: /etc/group: there is no such name; use the "
				  "number it has in FRR's image");
	frrfile_case_entries(1);
}
END_TEST

START_TEST(go_back_to_what_frr_accepted)
{
	struct evpn_error err = { 0 };

	ck_assert_int_eq(frrfile_go_back(&fc.frr, fc.state, &err), 0);
	ck_assert_int_eq(frrfile_install(&fc.frr, fc.state, "good\n", &former, &err), 0);
	ck_assert_int_eq(frrfile_accept(fc.state, "good\n", &err), 0);
	ck_assert_int_eq(frrfile_install(&fc.frr, fc.state, "bad\n", &former, &err), 0);
	frrfile_case_text(fc.path, "bad\n");
	ck_assert_int_eq(frrfile_go_back(&fc.frr, fc.state, &err), 1);
	frrfile_case_text(fc.path, "good\n");
}
END_TEST

START_TEST(what_stood_there_before_evpnd_counts_as_accepted)
{
	struct evpn_error err = { 0 };
	FILE *f = fopen(fc.path, "w");

	ck_assert_ptr_nonnull(f);
	fputs("by hand\n", f);
	fclose(f);
	ck_assert_int_eq(frrfile_install(&fc.frr, fc.state, "bad\n", &former, &err), 0);
	ck_assert_int_eq(frrfile_go_back(&fc.frr, fc.state, &err), 1);
	frrfile_case_text(fc.path, "by hand\n");
}
END_TEST

static void write_volume(const char *name, const char *text)
{
	_cleanup_free_ char *file = xasprintf("%s/%s", fc.dir, name);
	FILE *f = fopen(file, "w");

	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	ck_assert_int_eq(fclose(f), 0);
}

static bool is_saved(const char *want)
{
	_cleanup_free_ char *saved = xasprintf("%s.before-evpnd", fc.path), *text = NULL;

	return file_read(saved, 1 << 20, &text, NULL) == 0 && streq(text, want);
}

static enum frrfile_former install(const char *text)
{
	struct evpn_error err = { 0 };
	enum frrfile_former expected;

	ck_assert_int_eq(frrfile_find_former(&fc.frr, fc.state, &expected, &err), 0);
	ck_assert_msg(frrfile_install(&fc.frr, fc.state, text, &former, &err) == 0, "%s", err.msg);
	ck_assert_msg(former == expected || former == FRRFILE_NO_FILE, "found %d, expected %d", former, expected);
	frrfile_case_text(fc.path, text);
	return former;
}

START_TEST(a_file_of_another_program_is_saved_once)
{
	struct stat st;

	write_volume("frr.conf", "router bgp 1\n");
	ck_assert_int_eq(chmod(fc.path, 0604), 0);
	if (geteuid() == 0)
		ck_assert_int_eq(chown(fc.path, 1234, 5678), 0);
	ck_assert_int_eq(install("first\n"), FRRFILE_SAVED);
	ck_assert(is_saved("router bgp 1\n"));
	_cleanup_free_ char *saved = xasprintf("%s.before-evpnd", fc.path);
	ck_assert_int_eq(stat(saved, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0604);
	if (geteuid() == 0)
		ck_assert(st.st_uid == 1234 && st.st_gid == 5678);
	/* evpnd's own, accepted by FRR or not. */
	ck_assert_int_eq(install("second\n"), FRRFILE_OURS);
	ck_assert_int_eq(install("third\n"), FRRFILE_OURS);
	/* Another program writes again: the first one is what the operator wants to have back. */
	write_volume("frr.conf", "router bgp 2\n");
	ck_assert_int_eq(install("fourth\n"), FRRFILE_REPLACED);
	ck_assert(is_saved("router bgp 1\n"));
	frrfile_case_entries(3);
}
END_TEST

/* Without a note of it: FRR had it before evpnd came. */
START_TEST(the_same_text_of_another_program_is_not_saved)
{
	write_volume("frr.conf", "router bgp 1\n");
	ck_assert_int_eq(chmod(fc.path, 0640), 0);
	ck_assert_int_eq(frrfile_install(&fc.frr, fc.state, "router bgp 1\n", &former, &(struct evpn_error){ 0 }), 0);
	ck_assert_int_eq(former, FRRFILE_OURS);
	ck_assert_int_eq(chmod(fc.path, 0604), 0);
	ck_assert_int_eq(frrfile_install(&fc.frr, fc.state, "router bgp 1\n", &former, &(struct evpn_error){ 0 }), 0);
	ck_assert_int_eq(former, FRRFILE_OURS);
	ck_assert(!is_saved("router bgp 1\n"));
	ck_assert(frrfile_is_installed(&fc.frr, "router bgp 1\n"));
}
END_TEST

START_TEST(what_is_worth_nothing_is_not_saved)
{
	write_volume("frr.conf", "# default of the image\n\n  ! \n");
	ck_assert_int_eq(install("a\n"), FRRFILE_OURS);
	/* After a boot the state directory is empty: a generated file is known by its first line. */
	write_volume("frr.conf", FRRCONF_FIRST_LINE "\nrouter bgp 1\n");
	ck_assert_int_eq(install("b\n"), FRRFILE_OURS);
	ck_assert_int_eq(unlink(fc.path), 0);
	ck_assert_int_eq(install("c\n"), FRRFILE_OURS);
	frrfile_case_entries(2);
}
END_TEST

START_TEST(nothing_is_replaced_without_a_copy)
{
	_cleanup_free_ char *saved = xasprintf("%s.before-evpnd", fc.path);
	struct evpn_error err = { 0 };

	write_volume("frr.conf", "router bgp 1\n");
	/* Renaming onto a directory fails, whoever tries. */
	ck_assert_int_eq(mkdir(saved, 0755), 0);
	ck_assert_int_eq(frrfile_install(&fc.frr, fc.state, "a\n", &former, &err), 0);
	ck_assert_int_eq(former, FRRFILE_REPLACED);
	ck_assert_int_eq(rmdir(saved), 0);
	if (geteuid() != 0)
		return;
	write_volume("frr.conf", "router bgp 2\n");
	/* No temporary file can be made. */
	ck_assert_int_eq(mount(fc.dir, fc.dir, "", MS_BIND, NULL), 0);
	ck_assert_int_eq(mount("", fc.dir, "", MS_BIND | MS_REMOUNT | MS_RDONLY, NULL), 0);
	int r = frrfile_install(&fc.frr, fc.state, "b\n", &former, &err);

	ck_assert_int_eq(umount(fc.dir), 0);
	ck_assert_int_lt(r, 0);
	ck_assert_msg(strstr(err.msg, "evpnd did not write") && strstr(err.msg, "frr.conf.before-evpnd: Read-only"),
		      "%s", err.msg);
	frrfile_case_text(fc.path, "router bgp 2\n");
}
END_TEST

/* What evpnd cannot read says nothing about who wrote the file. */
START_TEST(notes_that_cannot_be_read_are_no_fact)
{
	static const char *const notes[] = { "installed", "frr.conf.accepted" };

	ck_assert_int_eq(install("ours\n"), FRRFILE_OURS);
	for (size_t i = 0; i < sizeof(notes) / sizeof(notes[0]); i++) {
		_cleanup_free_ char *note = xasprintf("%s/%s", fc.state, notes[i]), *kept = xasprintf("%s.kept", note);
		struct evpn_error err = { 0 };

		/* The second one is asked where the first one says nothing. */
		(void)rename(note, kept);
		ck_assert_int_eq(mkdir(note, 0700), 0);
		ck_assert_int_lt(frrfile_find_former(&fc.frr, fc.state, &former, &err), 0);
		ck_assert_int_lt(frrfile_install(&fc.frr, fc.state, "new\n", &former, &err), 0);
		ck_assert_int_eq(err.code, EISDIR);
		ck_assert_msg(strstr(err.msg, note), "%s", err.msg);
		frrfile_case_text(fc.path, "ours\n");
		ck_assert(!is_saved("ours\n"));
		ck_assert_int_eq(rmdir(note), 0);
	}
}
END_TEST

START_TEST(a_shortage_of_descriptors_replaces_nothing)
{
	struct evpn_error err = { 0 };
	struct rlimit limit, before;
	int lowest = open("/", O_PATH | O_CLOEXEC), r;

	close(lowest);
	write_volume("frr.conf", "router bgp 1\n");
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
	/* Enough for the directory and for a new file in it; one too few to read the file that stands there. */
	limit = (struct rlimit){ .rlim_cur = (rlim_t)(lowest + 2), .rlim_max = before.rlim_max };
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
	r = frrfile_install(&fc.frr, fc.state, "a\n", &former, &err);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &before), 0);
	ck_assert_int_lt(r, 0);
	ck_assert_int_eq(err.code, EMFILE);
	frrfile_case_text(fc.path, "router bgp 1\n");
	ck_assert_int_eq(install("a\n"), FRRFILE_SAVED);
	ck_assert(is_saved("router bgp 1\n"));
}
END_TEST

START_TEST(full_disk_leaves_the_old_file)
{
	struct evpn_error err = { 0 };
	size_t size = 256 << 10;
	_cleanup_free_ char *big = xcalloc(size + 1, 1);

	memset(big, '!', size);
	ck_assert_int_eq(mount("small", fc.dir, "tmpfs", 0, "size=64k"), 0);
	int installed = frrfile_install(&fc.frr, fc.dir, "old\n", &former, &err);
	int r = frrfile_install(&fc.frr, fc.dir, big, &former, &err);
	_cleanup_free_ char *text = NULL;
	int still = file_read(fc.path, 1 << 20, &text, NULL);

	ck_assert_int_eq(umount(fc.dir), 0);
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
	struct config_frr nowhere = fc.frr;

	nowhere.config = (char[]){ "/nowhere/at/all/frr.conf" };
	ck_assert_int_lt(frrfile_install(&nowhere, fc.state, "a\n", &former, &err), 0);
	ck_assert_ptr_nonnull(strstr(err.msg, "/nowhere/at/all"));
}
END_TEST

START_TEST(vtysh_as_configured)
{
	_cleanup_free_ char *found = NULL;

	fc.frr.check = (char[]){ "" };
	ck_assert_ptr_null(frrfile_find_vtysh(&fc.frr));
	fc.frr.check = (char[]){ "/opt/vtysh" };
	found = frrfile_find_vtysh(&fc.frr);
	ck_assert_str_eq(found, "/opt/vtysh");
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("frrfile");

	tcase_add_checked_fixture(tcase, frrfile_case_begin, frrfile_case_end);
	tcase_add_test(tcase, install_with_the_directorys_owner);
	tcase_add_test(tcase, install_with_an_owner_by_name);
	tcase_add_test(tcase, install_with_an_owner_who_has_gone);
	tcase_add_test(tcase, go_back_to_what_frr_accepted);
	tcase_add_test(tcase, what_stood_there_before_evpnd_counts_as_accepted);
	tcase_add_test(tcase, a_file_of_another_program_is_saved_once);
	tcase_add_test(tcase, the_same_text_of_another_program_is_not_saved);
	tcase_add_test(tcase, what_is_worth_nothing_is_not_saved);
	tcase_add_test(tcase, nothing_is_replaced_without_a_copy);
	tcase_add_test(tcase, notes_that_cannot_be_read_are_no_fact);
	tcase_add_test(tcase, a_shortage_of_descriptors_replaces_nothing);
	if (geteuid() == 0)
		tcase_add_test(tcase, full_disk_leaves_the_old_file);
	else
		fputs("SKIP: full_disk_leaves_the_old_file: mounting a small file system needs root\n", stderr);
	tcase_add_test(tcase, directory_that_is_not_there);
	tcase_add_test(tcase, vtysh_as_configured);
	return unit_run("frrfile", tcase);
}
