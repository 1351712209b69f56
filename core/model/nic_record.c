/* SPDX-License-Identifier: Apache-2.0 */
/* record.c - see record.h */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "nic_record.h"
#include "util.h"

int record_make_dir(const char *state_dir, struct evpn_error *err)
{
	char *slash;
	_cleanup_free_ char *parent = xstrdup(state_dir);

	/* /run/evpnd and the instance's folder in it. */
	slash = strrchr(parent, '/');
	if (slash && slash != parent) {
		*slash = '\0';
		(void)mkdir(parent, 0755);
	}
	if (mkdir(state_dir, 0700) < 0 && errno != EEXIST)
		return evpn_fail(err, errno, "make the state directory %s: %s", state_dir, strerror(errno));
	return 0;
}

int record_lock(const char *state_dir, const char *instance, int *ret_fd, struct evpn_error *err)
{
	_cleanup_free_ char *path = xasprintf("%s/lock", state_dir);
	_cleanup_close_ int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0)
		return evpn_fail(err, errno, "open %s: %s", path, strerror(errno));
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return evpn_fail(err, errno,
				 "another evpnd acts for the instance `%s' (%s is locked: %s); stop that one, or give "
				 "this one another --instance",
				 instance, path, strerror(errno));
	*ret_fd = util_take_fd(&fd);
	return 0;
}

/* NULL: there is no such file. */
static char *loaded_line(const char *conf_path, uint64_t instance)
{
	struct stat st;

	if (stat(conf_path, &st) < 0)
		return NULL;
	return xasprintf("%" PRIu64 " %ju:%ju:%jd:%jd.%09ld\n", instance, (uintmax_t)st.st_dev, (uintmax_t)st.st_ino,
			 (intmax_t)st.st_size, (intmax_t)st.st_ctim.tv_sec, st.st_ctim.tv_nsec);
}

bool record_is_loaded(const char *state_dir, const char *conf_path, uint64_t instance)
{
	_cleanup_free_ char *want = loaded_line(conf_path, instance), *path = xasprintf("%s/loaded", state_dir);
	_cleanup_free_ char *text = NULL;

	if (!want || util_read_file(path, 4096, &text, NULL) < 0)
		return false;
	return streq(text, want);
}

int record_set_loaded(const char *state_dir, const char *conf_path, uint64_t instance, struct evpn_error *err)
{
	_cleanup_free_ char *path = xasprintf("%s/loaded", state_dir), *line = loaded_line(conf_path, instance);
	const char *what = "";
	int r;

	if (!line)
		return evpn_fail(err, errno, "%s has gone while FRR loaded it: %s", conf_path, strerror(errno));
	r = util_write_file(path, line, strlen(line), 0600, (uid_t)-1, (gid_t)-1, &what);
	if (r < 0)
		return evpn_fail(err, -r, "%s %s: %s", what, path, strerror(-r));
	return 0;
}

void record_clear_loaded(const char *state_dir)
{
	_cleanup_free_ char *path = xasprintf("%s/loaded", state_dir);

	(void)unlink(path);
}

void record_remove_all(const char *state_dir)
{
	static const char *const files[] = { "netns.json", "loaded", "frr.conf.accepted" };

	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		_cleanup_free_ char *path = xasprintf("%s/%s", state_dir, files[i]);

		(void)unlink(path);
	}
}
