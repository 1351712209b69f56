/* SPDX-License-Identifier: Apache-2.0 */
/* frrfile.c - see frrfile.h */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/hidden.h"
#include "base/passwd.h"
#include "base/util.h"
#include "base/volume.h"
#include "frr/frrconf.h"
#include "frr/frrfile.h"

/* A configuration with 4,000 VRFs is about 2 MiB. */
#define FRRFILE_MAX (64 << 20)
/* In the state directory. */
#define ACCEPTED "frr.conf.accepted"
#define NOTE	 "installed"

char *frrfile_name(const struct config_frr *frr)
{
	return frr->source ? xasprintf("frr.source %s", frr->source) : xstrdup("the generated frr.conf");
}

int frrfile_wanted(const struct config *config, char **ret_text, struct evpn_error *err)
{
	const struct config_frr *frr = &config->frr;
	int r;

	if (!frr->source && config_awaits_lease(config))
		return evpn_fail(err, EAGAIN, "NIC %s has no DHCP lease yet, so the VTEP for frr.conf is not known",
				 config_awaits_lease(config)->name);
	if (!frr->source) {
		*ret_text = frrconf_make(config);
		return 0;
	}
	r = file_read(frr->source, FRRFILE_MAX, ret_text, NULL);
	return r < 0 ? evpn_fail(err, -r, "frr.source %s: %s%s", frr->source, file_fault(r), hidden_hint(frr->source))
		     : 0;
}

/* What passwd_find_user or passwd_find_group found. The name stood there when evpn.conf was read. */
static int check_found(const struct config_id *id, int found, const char *key, const char *file, struct evpn_error *err)
{
	if (found > 0)
		return 0;
	return evpn_fail(err, found < 0 ? -found : ENOENT,
			 "%s:%u: frr.%s: %s: %s: %s; use the number it has in FRR's image", id->where.file,
			 id->where.line, key, id->name, file, found < 0 ? strerror(-found) : "there is no such name");
}

/* The owner of the installed file: as configured, else that of its directory, the volume that FRR's image set up. */
static int wanted_owner(const struct config_frr *frr, int dir, uid_t *ret_uid, gid_t *ret_gid, struct evpn_error *err)
{
	const struct config_id *owner = &frr->owner, *group = &frr->group;
	struct stat st;

	if (fstat(dir, &st) < 0)
		return evpn_fail(err, errno, "frr.config %s: its directory: %s", frr->config, strerror(errno));
	*ret_uid = owner->number == UINT32_MAX ? st.st_uid : owner->number;
	*ret_gid = group->number == UINT32_MAX ? st.st_gid : group->number;
	if (owner->name && check_found(owner, passwd_find_user(owner->name, ret_uid), "owner", "/etc/passwd", err) < 0)
		return -1;
	if (group->name && check_found(group, passwd_find_group(group->name, ret_gid), "group", "/etc/group", err) < 0)
		return -1;
	return 0;
}

/* The directory of frr.config, and the file's name in it. */
static int open_volume(const struct config_frr *frr, char ret_name[NAME_MAX + 1], struct evpn_error *err)
{
	int dir = volume_open(frr->config, ret_name);

	return dir < 0 ? evpn_fail(err, -dir, "frr.config %s: %s%s", frr->config, volume_fault(dir),
				   hidden_hint(frr->config))
		       : dir;
}

int frrfile_read_installed(const struct config_frr *frr, char **ret_text)
{
	char name[NAME_MAX + 1];
	_cleanup_close_ int dir = volume_open(frr->config, name);

	return dir < 0 ? dir : file_read_at(dir, name, FILE_NO_LINK, FRRFILE_MAX, ret_text, NULL, NULL);
}

bool frrfile_is_installed(const struct config_frr *frr, const char *text)
{
	_cleanup_free_ char *installed = NULL;
	struct evpn_error err = { 0 };
	char name[NAME_MAX + 1];
	_cleanup_close_ int dir = open_volume(frr, name, &err);
	struct stat st;
	uid_t uid;
	gid_t gid;

	return dir >= 0 && wanted_owner(frr, dir, &uid, &gid, &err) == 0 &&
	       file_read_at(dir, name, FILE_NO_LINK, FRRFILE_MAX, &installed, NULL, &st) == 0 && st.st_uid == uid &&
	       st.st_gid == gid && (st.st_mode & 07777) == frr->mode && (size_t)st.st_size == strlen(text) &&
	       streq(installed, text);
}

/* A number that stands for the text, for the note which text evpnd installed last. */
static char *note_of(const char *text)
{
	return xasprintf("%016" PRIx64 " %zu\n", hash_bytes64(HASH_START64, text, strlen(text)), strlen(text));
}

static char *state_path(const char *state_dir, const char *name)
{
	return xasprintf("%s/%s", state_dir, name);
}

static int write_state(const char *state_dir, const char *name, const char *text, struct evpn_error *err)
{
	_cleanup_free_ char *path = state_path(state_dir, name);
	const char *what = "";
	int r = util_write_file(path, text, strlen(text), 0600, (uid_t)-1, (gid_t)-1, &what);

	return r < 0 ? evpn_fail(err, -r, "%s %s: %s", what, path, strerror(-r)) : 0;
}

/* 1; 0: there is no such file; <0: it cannot be read, which says nothing about what it has. */
static int read_state(const char *state_dir, const char *name, char **ret_text, struct evpn_error *err)
{
	_cleanup_free_ char *path = state_path(state_dir, name);
	int r = file_read(path, FRRFILE_MAX, ret_text, NULL);

	if (r < 0 && r != -ENOENT)
		return evpn_fail(err, -r, "read %s: %s", path, file_fault(r));
	return r == 0;
}

/* 1, 0 or <0, as read_state(). */
static int state_is(const char *state_dir, const char *name, const char *text, struct evpn_error *err)
{
	_cleanup_free_ char *found = NULL;
	int r = read_state(state_dir, name, &found, err);

	return r > 0 ? streq(found, text) : r;
}

static int write_config(const struct config_frr *frr, const char *state_dir, const char *text, struct evpn_error *err)
{
	_cleanup_free_ char *note = note_of(text);
	const char *what = "";
	char name[NAME_MAX + 1];
	_cleanup_close_ int dir = open_volume(frr, name, err);
	uid_t uid;
	gid_t gid;
	int r;

	/* The note first: without it, evpnd would take a file of its own for another program's. */
	if (dir < 0 || wanted_owner(frr, dir, &uid, &gid, err) < 0 || write_state(state_dir, NOTE, note, err) < 0)
		return -1;
	r = volume_write(dir, name, text, strlen(text), frr->mode, uid, gid, VOLUME_REPLACE, &what);
	if (r < 0)
		return evpn_fail(err, -r, "%s frr.config %s: %s; the former file is untouched%s", what, frr->config,
				 strerror(-r),
				 r == -EROFS ? "; evpnd's unit may write only to the directories in ReadWritePaths= "
					       "(systemctl edit evpnd)"
					     : "");
	return 0;
}

int frrfile_accept(const char *state_dir, const char *text, struct evpn_error *err)
{
	if (write_state(state_dir, ACCEPTED, text, err) < 0)
		return evpn_wrap(err, "keep a copy of frr.conf: ");
	return 0;
}

/* Whether there is a line that is more than a comment. */
static bool says_something(const char *text)
{
	for (const char *p = text + strspn(text, " \t\r\n"); *p; p += strspn(p, " \t\r\n")) {
		if (!strchr("!#", *p))
			return true;
		p += strcspn(p, "\n");
	}
	return false;
}

/*
 * 1: evpnd has written this text: as generated, or by its notes of the last texts, one of which may be refused; or the text is
 * worth nothing. 0: another program has. <0: the notes cannot be read.
 */
static int is_ours(const char *state_dir, const char *text, struct evpn_error *err)
{
	_cleanup_free_ char *note = note_of(text);
	int r;

	if (!says_something(text) || strncmp(text, FRRCONF_FIRST_LINE, strlen(FRRCONF_FIRST_LINE)) == 0)
		return 1;
	r = state_is(state_dir, NOTE, note, err);
	return r == 0 ? state_is(state_dir, ACCEPTED, text, err) : r;
}

/* Saves the file that evpnd did not write, which stands at frr.config, beside it. */
static int save_former(const struct config_frr *frr, int dir, const char *name, const char *text, const struct stat *st,
		       enum frrfile_former *ret_former, struct evpn_error *err)
{
	_cleanup_free_ char *saved = xasprintf("%s" FRRFILE_SAVED_SUFFIX, name);
	const char *what = "";
	int r = volume_write(dir, saved, text, strlen(text), st->st_mode & 0777, st->st_uid, st->st_gid, VOLUME_KEEP,
			     &what);

	*ret_former = r == -EEXIST ? FRRFILE_REPLACED : FRRFILE_SAVED;
	if (r < 0 && r != -EEXIST)
		return evpn_fail(err, -r,
				 "%s %s" FRRFILE_SAVED_SUFFIX ": %s; evpnd did not write %s, so it does not replace it "
				 "without a copy",
				 what, frr->config, strerror(-r), frr->config);
	return 0;
}

int frrfile_find_former(const struct config_frr *frr, const char *state_dir, enum frrfile_former *ret_former,
			struct evpn_error *err)
{
	_cleanup_free_ char *text = NULL, *saved = xasprintf("%s" FRRFILE_SAVED_SUFFIX, frr->config);
	struct stat st;
	int r = 1;

	if (frrfile_read_installed(frr, &text) == 0)
		r = is_ours(state_dir, text, err);
	if (r < 0)
		return -1;
	*ret_former = r > 0 ? FRRFILE_OURS : lstat(saved, &st) == 0 ? FRRFILE_REPLACED : FRRFILE_SAVED;
	return 0;
}

/* The file that FRR goes back to if it refuses the first one: what stood there before. */
static int accept_first(const char *state_dir, const char *text, struct evpn_error *err)
{
	_cleanup_free_ char *path = state_path(state_dir, ACCEPTED);

	if (access(path, F_OK) == 0)
		return 0;
	return errno == ENOENT ? frrfile_accept(state_dir, text, err)
			       : evpn_fail(err, errno, "look for %s: %s", path, strerror(errno));
}

/*
 * Whether reading frr.config has failed for a fault of the host, which hides what stands there. A lease is the doing of who can
 * write there, and may last.
 */
static bool is_hidden(int r)
{
	return util_is_transient(-r) && r != -EAGAIN;
}

/* What stands at frr.config before evpnd writes `wanted`: kept where it is worth something, and says something else. */
static int keep_former(const struct config_frr *frr, const char *state_dir, const char *wanted,
		       enum frrfile_former *ret_former, struct evpn_error *err)
{
	_cleanup_free_ char *text = NULL;
	char name[NAME_MAX + 1];
	_cleanup_close_ int dir = open_volume(frr, name, err);
	struct stat st;
	int r;

	if (dir < 0)
		return -1;
	r = file_read_at(dir, name, FILE_NO_LINK, FRRFILE_MAX, &text, NULL, &st);
	if (is_hidden(r))
		return evpn_fail(err, -r, "read frr.config %s: %s", frr->config, file_fault(r));
	/* The rename replaces a link, a FIFO and the like. */
	if (r < 0) {
		*ret_former = r == -ENOENT ? FRRFILE_OURS : FRRFILE_NO_FILE;
		return 0;
	}
	r = streq(text, wanted) ? 1 : is_ours(state_dir, text, err);
	if (r == 0)
		r = save_former(frr, dir, name, text, &st, ret_former, err);
	return r < 0 ? -1 : accept_first(state_dir, text, err);
}

int frrfile_install(const struct config_frr *frr, const char *state_dir, const char *text,
		    enum frrfile_former *ret_former, struct evpn_error *err)
{
	*ret_former = FRRFILE_OURS;
	/* It may have been unreadable before, for a moment. */
	if (frrfile_is_installed(frr, text))
		return 0;
	return keep_former(frr, state_dir, text, ret_former, err) < 0 ? -1 : write_config(frr, state_dir, text, err);
}

bool frrfile_has_accepted(const char *state_dir)
{
	_cleanup_free_ char *path = state_path(state_dir, ACCEPTED);

	return access(path, F_OK) == 0;
}

bool frrfile_is_empty(const struct config_frr *frr)
{
	_cleanup_free_ char *text = NULL;

	return frrfile_read_installed(frr, &text) < 0 || !text[0];
}

int frrfile_go_back(const struct config_frr *frr, const char *state_dir, struct evpn_error *err)
{
	_cleanup_free_ char *text = NULL;
	int r = read_state(state_dir, ACCEPTED, &text, err);

	if (r <= 0)
		return r;
	return !frrfile_is_installed(frr, text) && write_config(frr, state_dir, text, err) < 0 ? -1 : 1;
}

char *frrfile_find_vtysh(const struct config_frr *frr)
{
	const char *path = getenv("PATH"), *end;

	if (frr->check)
		return frr->check[0] ? xstrdup(frr->check) : NULL;
	for (; path && *path; path = *end ? end + 1 : end) {
		end = strchrnul(path, ':');
		_cleanup_free_ char *candidate = xasprintf("%.*s/vtysh", (int)(end - path), path);

		if (access(candidate, X_OK) == 0)
			return util_take_ptr(&candidate);
	}
	return NULL;
}

/* NULL: there is no such file. */
static char *loaded_line(const char *conf_path, uint64_t instance)
{
	char name[NAME_MAX + 1];
	_cleanup_close_ int dir = volume_open(conf_path, name);
	struct stat st;

	if (dir < 0 || fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return NULL;
	return xasprintf("%" PRIu64 " %ju:%ju:%jd:%jd.%09ld\n", instance, (uintmax_t)st.st_dev, (uintmax_t)st.st_ino,
			 (intmax_t)st.st_size, (intmax_t)st.st_ctim.tv_sec, st.st_ctim.tv_nsec);
}

bool frrfile_is_loaded(const char *state_dir, const char *conf_path, uint64_t instance)
{
	_cleanup_free_ char *want = loaded_line(conf_path, instance), *path = xasprintf("%s/loaded", state_dir);
	_cleanup_free_ char *text = NULL;

	if (!want || file_read(path, 4096, &text, NULL) < 0)
		return false;
	return streq(text, want);
}

int frrfile_set_loaded(const char *state_dir, const char *conf_path, uint64_t instance, struct evpn_error *err)
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

void frrfile_clear_loaded(const char *state_dir)
{
	_cleanup_free_ char *path = xasprintf("%s/loaded", state_dir);

	(void)unlink(path);
}
