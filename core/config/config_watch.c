/* SPDX-License-Identifier: Apache-2.0 */
/* config_watch.c - inotify watches of all directories in the paths of the files; see config_watch.h */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <time.h>

#include "base/clock.h"
#include "base/util.h"
#include "config/config_watch.h"

#define DIR_MASK                                                                                             \
	(IN_CLOSE_WRITE | IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ATTRIB | IN_DELETE_SELF | \
	 IN_MOVE_SELF | IN_ONLYDIR)
#define FILE_MASK (IN_CLOSE_WRITE | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF)
/* Events of the directory itself, or an overflow: the names in it must be looked up again. */
#define DIR_EVENTS	(IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT | IN_IGNORED | IN_Q_OVERFLOW)
#define DEBOUNCE_US	100000
#define DEBOUNCE_MAX_US 1000000
/* The kernel's limit of symbolic links in a path (path_resolution(7)). */
#define MAX_LINKS 40
/* Inodes have the time of the last tick, up to 10 ms old (ktime_get_coarse_real_ts64). */
#define CLOCK_COARSE_US 10000

/*
 * A watched directory with the names that matter in it. Without names: a file, which is watched too because a mount or
 * a hard link elsewhere may change it without an event in the directory.
 */
struct dir {
	struct config_watch *w;
	char *path;
	dev_t dev;
	ino_t ino;
	bool is_file;
	bool dead; /* the kernel has removed the watch; another file may have the inode number now */
	char **names;
	size_t n_names;
	sd_event_source *source;
};

struct dirs {
	struct dir **items;
	size_t n_items;
};

struct config_watch {
	sd_event *event;
	config_watch_fn *changed;
	void *arg;
	char **paths;
	size_t n_paths;
	struct dirs dirs;
	int mounts; /* /proc/self/mountinfo: the kernel signals changes of the mount table */
	sd_event_source *mounts_source;
	sd_event_source *debounce; /* timer; off: no change is pending */
	uint64_t debounce_until; /* CLOCK_MONOTONIC, microseconds: `debounce` expires at this time at the latest */
};

static void dir_free(struct dir *dir)
{
	sd_event_source_disable_unref(dir->source);
	util_free_strings(dir->names, dir->n_names);
	free(dir->path);
	free(dir);
}

static void dirs_clear(struct dirs *dirs)
{
	for (size_t i = 0; i < dirs->n_items; i++)
		dir_free(dirs->items[i]);
	free(dirs->items);
	*dirs = (struct dirs){ 0 };
}

static bool has_name(const struct dir *dir, const char *name)
{
	for (size_t i = 0; i < dir->n_names; i++)
		if (streq(dir->names[i], name))
			return true;
	return false;
}

static struct dir *find_dir(const struct dirs *dirs, const char *path)
{
	for (size_t i = 0; i < dirs->n_items; i++)
		if (streq(dirs->items[i]->path, path))
			return dirs->items[i];
	return NULL;
}

static struct dir *add_dir(struct config_watch *w, struct dirs *dirs, const char *path)
{
	struct dir *dir = find_dir(dirs, path);
	struct stat st = { 0 };

	if (dir || stat(path, &st) < 0 || !(S_ISDIR(st.st_mode) || S_ISREG(st.st_mode)))
		return dir;
	dir = xcalloc(1, sizeof(*dir));
	*dir = (struct dir){
		.w = w, .path = xstrdup(path), .dev = st.st_dev, .ino = st.st_ino, .is_file = S_ISREG(st.st_mode)
	};
	*(struct dir **)util_append(&dirs->items, &dirs->n_items, sizeof(dir)) = dir;
	return dir;
}

static void add_name(struct config_watch *w, struct dirs *dirs, const char *path, const char *name)
{
	struct dir *dir = add_dir(w, dirs, path);

	if (dir && !has_name(dir, name))
		*(char **)util_append(&dir->names, &dir->n_names, sizeof(name)) = xstrdup(name);
}

/* "/a/b" and "c" -> "/a/b/c" */
static char *join(const char *dir, const char *name)
{
	return xasprintf("%s/%s", streq(dir, "/") ? "" : dir, name);
}

static void go_up(char *dir)
{
	char *slash = strrchr(dir, '/');

	slash[slash == dir] = '\0';
}

/* Removes the first name from the path `*rest` and returns it; NULL: the path is empty. The caller frees it. */
static char *next_name(char **rest)
{
	char *start = *rest + strspn(*rest, "/"), *name;
	size_t len = strcspn(start, "/");

	if (!len)
		return NULL;
	name = xasprintf("%.*s", (int)len, start);
	memmove(*rest, start + len, strlen(start + len) + 1);
	return name;
}

/* Adds each component of `path`, symbolic links followed, up to the first that does not exist; then the file itself. */
static void look_up(struct config_watch *w, struct dirs *dirs, const char *path)
{
	_cleanup_free_ char *rest = NULL, *cwd = path[0] == '/' ? NULL : realpath(".", NULL), *dir = xstrdup("/");
	char target[PATH_MAX];
	unsigned int links = 0;

	rest = xasprintf("%s/%s", cwd ? cwd : "", path);
	for (;;) {
		_cleanup_free_ char *name = next_name(&rest), *full = name ? join(dir, name) : NULL, *longer = NULL;
		struct stat st;
		ssize_t len;

		if (!name) {
			add_dir(w, dirs, dir);
			return;
		}
		if (streq(name, "."))
			continue;
		if (streq(name, "..")) {
			go_up(dir);
			continue;
		}
		add_name(w, dirs, dir, name);
		if (lstat(full, &st) < 0)
			return;
		if (!S_ISLNK(st.st_mode)) {
			free(dir);
			dir = util_take_ptr(&full);
			continue;
		}
		len = readlink(full, target, sizeof(target) - 1);
		if (len < 0 || ++links > MAX_LINKS)
			return;
		target[len] = '\0';
		if (target[0] == '/')
			strcpy(dir, "/");
		longer = xasprintf("%s/%s", target, rest);
		free(rest);
		rest = util_take_ptr(&longer);
	}
}

/* CLOCK_REALTIME, which inodes have. */
static uint64_t real_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

static int on_debounce(sd_event_source *source, uint64_t usec, void *arg)
{
	struct config_watch *w = arg;

	w->changed(w->arg);
	return 0;
}

static void note_change(struct config_watch *w)
{
	uint64_t now = clock_us();
	int enabled = SD_EVENT_OFF;

	sd_event_source_get_enabled(w->debounce, &enabled);
	if (enabled == SD_EVENT_OFF)
		w->debounce_until = now + DEBOUNCE_MAX_US;
	sd_event_source_set_time(w->debounce,
				 now + DEBOUNCE_US < w->debounce_until ? now + DEBOUNCE_US : w->debounce_until);
	sd_event_source_set_enabled(w->debounce, SD_EVENT_ONESHOT);
}

static int on_event(sd_event_source *source, const struct inotify_event *event, void *arg)
{
	struct dir *dir = arg;

	dir->dead |= (event->mask & IN_IGNORED) != 0;
	if ((event->mask & DIR_EVENTS) || (event->len ? has_name(dir, event->name) : dir->is_file))
		note_change(dir->w);
	return 0;
}

static uint64_t changed_us(const char *path)
{
	struct stat st;

	/* The time of a directory changes with every entry in it, so it tells nothing. */
	return lstat(path, &st) < 0 || S_ISDIR(st.st_mode)
		       ? 0
		       : (uint64_t)st.st_ctim.tv_sec * 1000000 + (uint64_t)st.st_ctim.tv_nsec / 1000;
}

/* Whether a file has changed since `since_us` under a name that was not watched before. */
static bool has_changed(const struct dir *dir, const struct dir *old, uint64_t since_us)
{
	for (size_t i = 0; i < dir->n_names; i++) {
		_cleanup_free_ char *path = join(dir->path, dir->names[i]);

		if (!(old && has_name(old, dir->names[i])) && changed_us(path) + CLOCK_COARSE_US >= since_us)
			return true;
	}
	return false;
}

static bool same_dir(const struct dir *a, const struct dir *b)
{
	return b && a->dev == b->dev && a->ino == b->ino;
}

static bool is_watched(const struct dir *dir, const struct dir *old)
{
	return same_dir(dir, old) && old->source && !old->dead;
}

/* Keeps the watch of a directory that was watched: between two watches a change would be missed. */
static int take_source(struct dir *dir, struct dir *old)
{
	int r;

	if (is_watched(dir, old)) {
		dir->source = util_take_ptr(&old->source);
		sd_event_source_set_userdata(dir->source, dir);
		return 0;
	}
	r = sd_event_add_inotify(dir->w->event, &dir->source, dir->path, dir->is_file ? FILE_MASK : DIR_MASK, on_event,
				 dir);
	/* Deleted since it was looked up; its parent directory is watched and will report it. */
	return r == -ENOENT || r == -ENOTDIR ? 0 : r;
}

static bool same_names(const struct dirs *a, const struct dirs *b)
{
	for (size_t i = 0; i < a->n_items; i++) {
		const struct dir *dir = a->items[i], *other = find_dir(b, dir->path);

		if (!same_dir(dir, other) || dir->n_names != other->n_names)
			return false;
		for (size_t j = 0; j < dir->n_names; j++)
			if (!has_name(other, dir->names[j]))
				return false;
	}
	return a->n_items == b->n_items;
}

static void look_up_all(struct config_watch *w, struct dirs *ret_dirs)
{
	for (size_t i = 0; i < w->n_paths; i++)
		look_up(w, ret_dirs, w->paths[i]);
}

/* The mount table has changed: reports a change if a mount is in the path of a file. */
static int on_mounts(sd_event_source *source, int fd, uint32_t revents, void *arg)
{
	struct config_watch *w = arg;
	struct dirs now = { 0 };

	look_up_all(w, &now);
	if (!same_names(&now, &w->dirs))
		note_change(w);
	dirs_clear(&now);
	return 0;
}

static void set_paths(struct config_watch *w, const char *const *paths, size_t n_paths)
{
	util_free_strings(w->paths, w->n_paths);
	w->paths = NULL;
	w->n_paths = 0;
	for (size_t i = 0; i < n_paths; i++)
		*(char **)util_append(&w->paths, &w->n_paths, sizeof(*w->paths)) = xstrdup(paths[i]);
}

int config_watch_set(struct config_watch *w, const char *const *paths, size_t n_paths, uint64_t age_us,
		     struct evpn_error *err)
{
	uint64_t since_us = real_us() - age_us;
	struct dirs now = { 0 };
	bool missed = false;
	int result = 0;

	set_paths(w, paths, n_paths);
	look_up_all(w, &now);
	for (size_t i = 0; i < now.n_items; i++) {
		struct dir *dir = now.items[i], *old = find_dir(&w->dirs, dir->path);
		/* Must be asked before take_source(), which moves the source of the old one. */
		bool watched = is_watched(dir, old);
		int r = take_source(dir, old);

		if (r < 0)
			result = evpn_fail(err, -r, "cannot watch %s for changes (inotify): %s", dir->path,
					   strerror(-r));
		missed |= has_changed(dir, watched ? old : NULL, since_us);
	}
	dirs_clear(&w->dirs);
	w->dirs = now;
	if (missed)
		note_change(w);
	return result;
}

int config_watch_new(sd_event *event, config_watch_fn *changed, void *arg, struct config_watch **ret_watch,
		     struct evpn_error *err)
{
	struct config_watch *w = xcalloc(1, sizeof(*w));
	int r = 0;

	*w = (struct config_watch){ .event = sd_event_ref(event), .changed = changed, .arg = arg };
	w->mounts = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
	/* EPOLLPRI: the mount table has changed (proc(5)). */
	r = w->mounts < 0 ? -errno : sd_event_add_io(event, &w->mounts_source, w->mounts, EPOLLPRI, on_mounts, w);
	if (r >= 0)
		r = sd_event_add_time(event, &w->debounce, CLOCK_MONOTONIC, 0, 1000, on_debounce, w);
	if (r >= 0)
		r = sd_event_source_set_enabled(w->debounce, SD_EVENT_OFF);
	if (r < 0) {
		config_watch_free(w);
		return evpn_fail(err, -r, "cannot watch the configuration files for changes: %s", strerror(-r));
	}
	*ret_watch = w;
	return 0;
}

void config_watch_free(struct config_watch *w)
{
	if (!w)
		return;
	dirs_clear(&w->dirs);
	set_paths(w, NULL, 0);
	sd_event_source_disable_unref(w->mounts_source);
	sd_event_source_disable_unref(w->debounce);
	util_closep(&w->mounts);
	sd_event_unref(w->event);
	free(w);
}
