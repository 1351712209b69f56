/* SPDX-License-Identifier: Apache-2.0 */
/* lastgood.c - see lastgood.h */
#include <errno.h>
#include <sys/stat.h>
#include <time.h>

#include "last_good.h"
#include "util.h"

#define MAX_SIZE (64 << 20)

static int write_text(const char *path, const char *text, const char **ret_what)
{
	_cleanup_free_ char *dir = xstrdup(path);
	char *slash = strrchr(dir, '/');

	if (slash && slash != dir) {
		*slash = '\0';
		*ret_what = "make the directory of";
		if (mkdir(dir, 0755) < 0 && errno != EEXIST)
			return -errno;
	}
	return util_write_file(path, text, strlen(text), 0600, (uid_t)-1, (gid_t)-1, ret_what);
}

int lastgood_save(const char *path, const struct config *config, struct evpn_error *err)
{
	_cleanup_free_ char *text = NULL;
	const char *what = "";
	int r;

	if (!config->text || (util_read_file(path, MAX_SIZE, &text, NULL) == 0 && streq(text, config->text)))
		return 0;
	r = write_text(path, config->text, &what);
	if (r < 0)
		return evpn_fail(err, -r, "keep the configuration for the next start: %s %s: %s", what, path,
				 strerror(-r));
	return 0;
}

char *lastgood_date(const char *path)
{
	struct stat st;
	struct tm tm;
	char text[32];

	if (stat(path, &st) < 0 || !localtime_r(&st.st_mtim.tv_sec, &tm) ||
	    !strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm))
		return NULL;
	return xstrdup(text);
}

void lastgood_forget(const char *path)
{
	(void)unlink(path);
}
