/* SPDX-License-Identifier: Apache-2.0 */
/* confwatch.c - see confwatch.h */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <time.h>

#include "config_watch.h"
#include "util.h"

#define DIR_MASK                                                                                             \
	(IN_CLOSE_WRITE | IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ATTRIB | IN_DELETE_SELF | \
	 IN_MOVE_SELF | IN_ONLYDIR)
#define FILE_MASK (IN_CLOSE_WRITE | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF)
/* Of the directory itself, or of all: what it holds now has to be looked up anew. */
#define DIR_EVENTS  (IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT | IN_IGNORED | IN_Q_OVERFLOW)
#define REST_US	    100000
#define REST_MAX_US 1000000
/* The kernel's own limit (path_resolution(7)). */
#define MAX_LINKS 40
/* The kernel's clock of inodes is as coarse as its tick. */
#define CLOCK_COARSE_US 10000

/*
 * A directory in which names are looked up, or, without names, a file: one of a mount of its own, or with other names
 * elsewhere.
 */
struct dir {
	struct confwatch *w;
	char *path;
	dev_t dev;
	ino_t ino;
	bool is_file;
	bool dead; /* the kernel has dropped the watch; the number of the inode may be another one's by now */
	char **names;
	size_t n_names;
	sd_event_source *source;
};

struct dirs {
	struct dir **items;
	size_t n_items;
};

struct confwatch {
	sd_event *event;
	confwatch_fn *changed;
	void *arg;
	char **paths;
	size_t n_paths;
	struct dirs dirs;
	int mounts; /* /proc/self/mountinfo */
	sd_event_source *mounts_source;
	sd_event_source *rest;
	uint64_t rest_until; /* CLOCK_MONOTONIC: `rest` is not put off beyond that */
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

static struct dir *add_dir(struct confwatch *w, struct dirs *dirs, const char *path)
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

static void add_name(struct confwatch *w, struct dirs *dirs, const char *path, const char *name)
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

/* Takes the first name off `*rest`; NULL: there is none. */
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

/* Adds each name that is looked up on the way to `path`, up to the first that is not there, and the file at its end. */
static void look_up(struct confwatch *w, struct dirs *dirs, const char *path)
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

static uint64_t now_us(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

static int on_rest(sd_event_source *source, uint64_t usec, void *arg)
{
	struct confwatch *w = arg;

	w->changed(w->arg);
	return 0;
}

static void note_change(struct confwatch *w)
{
	uint64_t now = now_us(CLOCK_MONOTONIC);
	int enabled = SD_EVENT_OFF;

	sd_event_source_get_enabled(w->rest, &enabled);
	if (enabled == SD_EVENT_OFF)
		w->rest_until = now + REST_MAX_US;
	sd_event_source_set_time(w->rest, now + REST_US < w->rest_until ? now + REST_US : w->rest_until);
	sd_event_source_set_enabled(w->rest, SD_EVENT_ONESHOT);
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

	/* A directory changes with every entry. */
	return lstat(path, &st) < 0 || S_ISDIR(st.st_mode)
		       ? 0
		       : (uint64_t)st.st_ctim.tv_sec * 1000000 + (uint64_t)st.st_ctim.tv_nsec / 1000;
}

/* Under the names that were not watched before. */
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

/* A directory that was watched goes on to be: between two watches something could go unseen. */
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
	/* Gone meanwhile: its parent is watched. */
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

static void look_up_all(struct confwatch *w, struct dirs *ret_dirs)
{
	for (size_t i = 0; i < w->n_paths; i++)
		look_up(w, ret_dirs, w->paths[i]);
}

/* A mount has come or gone: is it on the way to one of the files? */
static int on_mounts(sd_event_source *source, int fd, uint32_t revents, void *arg)
{
	struct confwatch *w = arg;
	struct dirs now = { 0 };

	look_up_all(w, &now);
	if (!same_names(&now, &w->dirs))
		note_change(w);
	dirs_clear(&now);
	return 0;
}

static void set_paths(struct confwatch *w, const char *const *paths, size_t n_paths)
{
	util_free_strings(w->paths, w->n_paths);
	w->paths = NULL;
	w->n_paths = 0;
	for (size_t i = 0; i < n_paths; i++)
		*(char **)util_append(&w->paths, &w->n_paths, sizeof(*w->paths)) = xstrdup(paths[i]);
}

int confwatch_set(struct confwatch *w, const char *const *paths, size_t n_paths, uint64_t age_us,
		  struct evpn_error *err)
{
	uint64_t since_us = now_us(CLOCK_REALTIME) - age_us;
	struct dirs now = { 0 };
	bool missed = false;
	int result = 0;

	set_paths(w, paths, n_paths);
	look_up_all(w, &now);
	for (size_t i = 0; i < now.n_items; i++) {
		struct dir *dir = now.items[i], *old = find_dir(&w->dirs, dir->path);
		/* Before its source goes to the new one. */
		bool watched = is_watched(dir, old);
		int r = take_source(dir, old);

		if (r < 0)
			result = evpn_fail(err, -r, "watch %s for changes (inotify): %s", dir->path, strerror(-r));
		missed |= has_changed(dir, watched ? old : NULL, since_us);
	}
	dirs_clear(&w->dirs);
	w->dirs = now;
	if (missed)
		note_change(w);
	return result;
}

int confwatch_new(sd_event *event, confwatch_fn *changed, void *arg, struct confwatch **ret_watch,
		  struct evpn_error *err)
{
	struct confwatch *w = xcalloc(1, sizeof(*w));
	int r = 0;

	*w = (struct confwatch){ .event = sd_event_ref(event), .changed = changed, .arg = arg };
	w->mounts = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
	/* The kernel says so by EPOLLPRI (proc(5)). */
	r = w->mounts < 0 ? -errno : sd_event_add_io(event, &w->mounts_source, w->mounts, EPOLLPRI, on_mounts, w);
	if (r >= 0)
		r = sd_event_add_time(event, &w->rest, CLOCK_MONOTONIC, 0, 1000, on_rest, w);
	if (r >= 0)
		r = sd_event_source_set_enabled(w->rest, SD_EVENT_OFF);
	if (r < 0) {
		confwatch_free(w);
		return evpn_fail(err, -r, "watch the files of the configuration: %s", strerror(-r));
	}
	*ret_watch = w;
	return 0;
}

void confwatch_free(struct confwatch *w)
{
	if (!w)
		return;
	dirs_clear(&w->dirs);
	set_paths(w, NULL, 0);
	sd_event_source_disable_unref(w->mounts_source);
	sd_event_source_disable_unref(w->rest);
	util_closep(&w->mounts);
	sd_event_unref(w->event);
	free(w);
}
