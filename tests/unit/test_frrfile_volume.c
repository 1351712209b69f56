/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_frrfile_volume.c - frr.conf on a volume that a hostile container shares: what it puts in the place of the file or of a
 * folder is neither read, nor waited for, nor written through
 */
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "frrfile_case.h"
#include "unit.h"
#include "base/util.h"

static enum frrfile_former former;

static void write_volume(const char *name, const char *text)
{
	_cleanup_free_ char *file = xasprintf("%s/%s", fc.dir, name);
	FILE *f = fopen(file, "w");

	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	ck_assert_int_eq(fclose(f), 0);
}

static enum frrfile_former install(const char *text)
{
	struct evpn_error err = { 0 };

	ck_assert_msg(frrfile_install(&fc.frr, fc.state, text, &former, &err) == 0, "%s", err.msg);
	frrfile_case_text(fc.path, text);
	return former;
}

/* What a hostile container puts in the place of frr.conf. Nothing of it is read, waited for, or written to. */
enum { LINK_TO_FILE, LINK_TO_NOTHING, FIFO, ZERO, HUGE_FILE, N_KINDS };

START_TEST(what_is_no_file_is_neither_read_nor_followed)
{
	_cleanup_free_ char *secret = xasprintf("%s/secret", fc.state),
			    *accepted = xasprintf("%s/frr.conf.accepted", fc.state);
	_cleanup_free_ char *text = NULL;
	FILE *f = fopen(secret, "w");
	struct stat st;

	ck_assert_ptr_nonnull(f);
	fputs("root's secret\n", f);
	ck_assert_int_eq(fclose(f), 0);
	switch (_i) {
	case LINK_TO_FILE:
		ck_assert_int_eq(symlink(secret, fc.path), 0);
		break;
	case LINK_TO_NOTHING:
		ck_assert_int_eq(symlink("/no/such/file", fc.path), 0);
		break;
	case FIFO:
		ck_assert_int_eq(mkfifo(fc.path, 0666), 0);
		break;
	case ZERO:
		if (geteuid() != 0 || mknod(fc.path, S_IFCHR | 0666, makedev(1, 5)) < 0)
			return;
		break;
	case HUGE_FILE:
		write_volume("frr.conf", "router bgp 1\n");
		ck_assert_int_eq(truncate(fc.path, 1ll << 40), 0);
		break;
	}
	ck_assert(!frrfile_is_installed(&fc.frr, "root's secret\n"));
	ck_assert(!frrfile_is_installed(&fc.frr, ""));
	ck_assert_int_lt(frrfile_read_installed(&fc.frr, &text), 0);
	ck_assert(frrfile_is_empty(&fc.frr));
	ck_assert_int_eq(install("a\n"), FRRFILE_NO_FILE);
	frrfile_case_text(secret, "root's secret\n");
	ck_assert_int_eq(lstat(fc.path, &st), 0);
	ck_assert(S_ISREG(st.st_mode));
	ck_assert_int_ne(access(accepted, F_OK), 0);
	frrfile_case_entries(2);
}
END_TEST

/* The former file is copied when it is installed, and the text that FRR has accepted is the one that evpnd installed. */
START_TEST(what_is_accepted_is_what_was_installed)
{
	struct evpn_error err = { 0 };

	install("good\n");
	ck_assert_int_eq(frrfile_accept(fc.state, "good\n", &err), 0);
	ck_assert_int_eq(unlink(fc.path), 0);
	ck_assert_int_eq(symlink("/etc/shadow", fc.path), 0);
	ck_assert_int_eq(frrfile_go_back(&fc.frr, fc.state, &err), 1);
	frrfile_case_text(fc.path, "good\n");
}
END_TEST

START_TEST(a_folder_of_the_volume_that_is_a_link_is_not_entered)
{
	_cleanup_free_ char *folder = xasprintf("%s/folder", fc.dir), *inside = xasprintf("%s/folder/frr.conf", fc.dir);
	_cleanup_free_ char *elsewhere = xasprintf("%s/elsewhere", fc.dir),
			    *there = xasprintf("%s/elsewhere/frr.conf", fc.dir);
	struct evpn_error err = { 0 };

	ck_assert_int_eq(mkdir(elsewhere, 0755), 0);
	ck_assert_int_eq(symlink(elsewhere, folder), 0);
	fc.frr.config = inside;
	ck_assert_int_lt(frrfile_install(&fc.frr, fc.state, "a\n", &former, &err), 0);
	ck_assert_msg(strstr(err.msg, "a directory in its path is a symbolic link"), "%s", err.msg);
	ck_assert_int_ne(access(there, F_OK), 0);
	ck_assert(!frrfile_is_installed(&fc.frr, "a\n"));
	ck_assert_int_lt(frrfile_set_loaded(fc.state, inside, 1, &err), 0);
	/* A folder above the file is enough. */
	ck_assert_int_eq(unlink(folder), 0);
	ck_assert_int_eq(mkdir(folder, 0755), 0);
	ck_assert_int_eq(frrfile_install(&fc.frr, fc.state, "a\n", &former, &err), 0);
	frrfile_case_text(inside, "a\n");
}
END_TEST

START_TEST(a_source_that_is_no_file)
{
	_cleanup_free_ char *source = xasprintf("%s/source", fc.dir), *text = NULL;
	struct config config = { .frr = { .source = source } };
	struct evpn_error err = { 0 };

	ck_assert_int_eq(mkfifo(source, 0600), 0);
	ck_assert_int_lt(frrfile_wanted(&config, &text, &err), 0);
	ck_assert_ptr_nonnull(strstr(err.msg, "not a regular file"));
	ck_assert_int_eq(unlink(source), 0);
	/* A Kubernetes ConfigMap is a link. */
	write_volume("data", "router bgp 1\n");
	ck_assert_int_eq(symlink("data", source), 0);
	ck_assert_int_eq(frrfile_wanted(&config, &text, &err), 0);
	ck_assert_str_eq(text, "router bgp 1\n");
}
END_TEST

START_TEST(what_a_killed_evpnd_was_writing_goes_with_the_next_write)
{
	_cleanup_free_ char *left = xasprintf("%s/.frr.conf.evpnd-0123456789abcdef", fc.dir);
	_cleanup_free_ char *other = xasprintf("%s/.other.evpnd-0123456789abcdef", fc.dir);

	write_volume(".frr.conf.evpnd-0123456789abcdef", "router");
	write_volume(".other.evpnd-0123456789abcdef", "of another file");
	install("router bgp 2\n");
	ck_assert_int_ne(access(left, F_OK), 0);
	ck_assert_int_eq(access(other, F_OK), 0);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("frrfile volume");

	tcase_add_checked_fixture(tcase, frrfile_case_begin, frrfile_case_end);
	tcase_add_loop_test(tcase, what_is_no_file_is_neither_read_nor_followed, 0, N_KINDS);
	tcase_add_test(tcase, what_is_accepted_is_what_was_installed);
	tcase_add_test(tcase, a_folder_of_the_volume_that_is_a_link_is_not_entered);
	tcase_add_test(tcase, a_source_that_is_no_file);
	tcase_add_test(tcase, what_a_killed_evpnd_was_writing_goes_with_the_next_write);
	return unit_run("frrfile volume", tcase);
}
