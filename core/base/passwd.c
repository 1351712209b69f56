/* SPDX-License-Identifier: Apache-2.0 */
/* passwd.c - see passwd.h */
#include <errno.h>
#include <grp.h>
#include <pwd.h>

#include "base/file.h"
#include "base/passwd.h"
#include "base/util.h"

#define FILE_MAX (16 << 20)

/* fgetpwent(3) and fgetgrent(3) read streams: the file's text as one, in *ret_text, too, which it is made of. */
static int open_stream(const char *path, char **ret_text, FILE **ret)
{
	size_t len = 0;
	int r = file_read(path, FILE_MAX, ret_text, &len);

	/* fmemopen(3) takes no empty buffer in older C libraries; the NUL makes no entry. */
	if (r == 0 && !(*ret = fmemopen(*ret_text, len ? len : 1, "r")))
		r = -errno;
	return r;
}

int passwd_find_user(const char *name, uid_t *ret)
{
	_cleanup_free_ char *text = NULL;
	_cleanup_fclose_ FILE *f = NULL;
	int r = open_stream("/etc/passwd", &text, &f);
	const struct passwd *entry;

	while (r == 0 && f && (entry = fgetpwent(f)))
		if (streq(entry->pw_name, name)) {
			*ret = entry->pw_uid;
			return 1;
		}
	return r;
}

int passwd_find_group(const char *name, gid_t *ret)
{
	_cleanup_free_ char *text = NULL;
	_cleanup_fclose_ FILE *f = NULL;
	int r = open_stream("/etc/group", &text, &f);
	const struct group *entry;

	while (r == 0 && f && (entry = fgetgrent(f)))
		if (streq(entry->gr_name, name)) {
			*ret = entry->gr_gid;
			return 1;
		}
	return r;
}
