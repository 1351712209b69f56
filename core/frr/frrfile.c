/* SPDX-License-Identifier: Apache-2.0 */
/* frrfile.c - see frrfile.h */
#include <errno.h>
#include <libgen.h>
#include <sys/stat.h>

#include "frrconf.h"
#include "frrfile.h"
#include "util.h"

/* A configuration with 4,000 VRFs is about 2 MiB. */
#define FRRFILE_MAX (64 << 20)

char *frrfile_name(const struct config_frr *frr)
{
	return frr->source ? xasprintf("frr.source %s", frr->source) : xstrdup("the generated frr.conf");
}

int frrfile_wanted(const struct config *config, char **ret_text, struct evpn_error *err)
{
	const struct config_frr *frr = &config->frr;
	int r;

	if (!frr->source) {
		*ret_text = frrconf_make(config);
		return 0;
	}
	r = util_read_file(frr->source, FRRFILE_MAX, ret_text, NULL);
	return r < 0 ? evpn_fail(err, -r, "frr.source %s: %s", frr->source, strerror(-r)) : 0;
}

/* Whose the file shall be: as configured, else its directory's, which is the volume that FRR's image set up. */
static int wanted_owner(const struct config_frr *frr, uid_t *ret_uid, gid_t *ret_gid, struct evpn_error *err)
{
	_cleanup_free_ char *copy = xstrdup(frr->config);
	const char *dir = dirname(copy);
	struct stat st;

	if (stat(dir, &st) < 0)
		return evpn_fail(err, errno, "frr.config %s: directory %s: %s", frr->config, dir, strerror(errno));
	*ret_uid = frr->uid == (uid_t)-1 ? st.st_uid : frr->uid;
	*ret_gid = frr->gid == (gid_t)-1 ? st.st_gid : frr->gid;
	return 0;
}

bool frrfile_is_installed(const struct config_frr *frr, const char *text)
{
	_cleanup_free_ char *installed = NULL;
	struct evpn_error err = { 0 };
	struct stat st;
	uid_t uid;
	gid_t gid;

	return wanted_owner(frr, &uid, &gid, &err) == 0 && stat(frr->config, &st) == 0 && st.st_uid == uid &&
	       st.st_gid == gid && (st.st_mode & 07777) == frr->mode &&
	       util_read_file(frr->config, FRRFILE_MAX, &installed, NULL) == 0 && streq(installed, text);
}

static int write_config(const struct config_frr *frr, const char *text, struct evpn_error *err)
{
	const char *what = "";
	uid_t uid;
	gid_t gid;
	int r;

	if (wanted_owner(frr, &uid, &gid, err) < 0)
		return -1;
	r = util_write_file(frr->config, text, strlen(text), frr->mode, uid, gid, &what);
	if (r < 0)
		return evpn_fail(err, -r, "%s frr.config %s: %s; the former file is untouched", what, frr->config,
				 strerror(-r));
	return 0;
}

static char *accepted_path(const char *state_dir)
{
	return xasprintf("%s/frr.conf.accepted", state_dir);
}

int frrfile_accept(const struct config_frr *frr, const char *state_dir, struct evpn_error *err)
{
	_cleanup_free_ char *path = accepted_path(state_dir), *text = NULL;
	const char *what = "read";
	int r = util_read_file(frr->config, FRRFILE_MAX, &text, NULL);

	if (r == 0)
		r = util_write_file(path, text, strlen(text), 0600, (uid_t)-1, (gid_t)-1, &what);
	return r < 0 ? evpn_fail(err, -r, "keep a copy of %s: %s %s: %s", frr->config, what, path, strerror(-r)) : 0;
}

int frrfile_install(const struct config_frr *frr, const char *state_dir, const char *text, struct evpn_error *err)
{
	if (!frrfile_has_accepted(state_dir) && access(frr->config, F_OK) == 0 &&
	    frrfile_accept(frr, state_dir, err) < 0)
		return -1;
	return write_config(frr, text, err);
}

bool frrfile_has_accepted(const char *state_dir)
{
	_cleanup_free_ char *path = accepted_path(state_dir);

	return access(path, F_OK) == 0;
}

bool frrfile_is_empty(const struct config_frr *frr)
{
	struct stat st;

	return stat(frr->config, &st) < 0 || st.st_size == 0;
}

int frrfile_go_back(const struct config_frr *frr, const char *state_dir, struct evpn_error *err)
{
	_cleanup_free_ char *path = accepted_path(state_dir), *text = NULL;
	int r = util_read_file(path, FRRFILE_MAX, &text, NULL);

	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return evpn_fail(err, -r, "read %s: %s", path, strerror(-r));
	return !frrfile_is_installed(frr, text) && write_config(frr, text, err) < 0 ? -1 : 1;
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
