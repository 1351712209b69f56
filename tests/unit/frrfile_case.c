/* SPDX-License-Identifier: Apache-2.0 */
/* frrfile_case.c - see frrfile_case.h */
#include <check.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/util.h"
#include "frrfile_case.h"

struct frrfile_case fc;

void frrfile_case_begin(void)
{
	strcpy(fc.dir, "/tmp/evpnd-frrfile-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(fc.dir));
	snprintf(fc.state, sizeof(fc.state), "%s/state", fc.dir);
	ck_assert_int_eq(mkdir(fc.state, 0700), 0);
	snprintf(fc.path, sizeof(fc.path), "%s/frr.conf", fc.dir);
	fc.frr = (struct config_frr){
		.config = fc.path, .owner = { .number = UINT32_MAX }, .group = { .number = UINT32_MAX }, .mode = 0640
	};
}

void frrfile_case_end(void)
{
	char command[160];

	snprintf(command, sizeof(command), "rm -r '%s'", fc.dir);
	ck_assert_int_eq(system(command), 0);
}

void frrfile_case_text(const char *file, const char *want)
{
	_cleanup_free_ char *text = NULL;

	ck_assert_int_eq(file_read(file, 1 << 20, &text, NULL), 0);
	ck_assert_str_eq(text, want);
}

void frrfile_case_entries(unsigned int n)
{
	char command[160];
	unsigned int have = 0;
	FILE *f;

	snprintf(command, sizeof(command), "ls -A '%s' | wc -l", fc.dir);
	f = popen(command, "r");
	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(fscanf(f, "%u", &have), 1);
	pclose(f);
	ck_assert_uint_eq(have, n);
}
