/* SPDX-License-Identifier: Apache-2.0 */
/* last_good.c - see last_good.h */
#include <errno.h>
#include <sys/stat.h>
#include <time.h>

#include "base/file.h"
#include "base/util.h"
#include "config/last_good.h"

#define MAX_SIZE (64 << 20)

static int write_text(const char *path, const char *text, const char **ret_what)
{
	_cleanup_free_ char *dir = xstrdup(path);
	char *slash = strrchr(dir, '/');

	if (slash && slash != dir) {
		*slash = '\0';
		*ret_what = "create the directory of";
		if (mkdir(dir, 0755) < 0 && errno != EEXIST)
			return -errno;
	}
	return util_write_file(path, text, strlen(text), 0600, (uid_t)-1, (gid_t)-1, ret_what);
}

int last_good_save(const char *path, const struct config *config, struct evpn_error *err)
{
	_cleanup_free_ char *text = NULL;
	const char *what = "";
	int r;

	if (!config->text || (file_read(path, MAX_SIZE, &text, NULL) == 0 && streq(text, config->text)))
		return 0;
	r = write_text(path, config->text, &what);
	if (r < 0)
		return evpn_fail(err, -r, "cannot save the last good configuration: %s %s: %s", what, path,
				 strerror(-r));
	return 0;
}

char *last_good_date(const char *path)
{
	struct stat st;
	struct tm tm;
	char text[32];

	if (stat(path, &st) < 0 || !localtime_r(&st.st_mtim.tv_sec, &tm) ||
	    !strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm))
		return NULL;
	return xstrdup(text);
}
