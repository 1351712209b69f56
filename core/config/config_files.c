/* SPDX-License-Identifier: Apache-2.0 */
/* config_files.c - lists the files of a configuration, and writes it as one text; see config.h */
#include "base/file.h"
#include "base/util.h"
#include "config/config_parts.h"

char *config_text(config_t *lib)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	if (!f)
		return NULL;
	config_write(lib, f);
	return fclose(f) == 0 ? text : NULL;
}

static void add_file(const char ***paths, size_t *n_paths, const char *path)
{
	if (path)
		*(const char **)util_append(paths, n_paths, sizeof(**paths)) = path;
}

void config_add_files(const struct config *config, const char ***paths, size_t *n_paths)
{
	for (size_t i = 0; i < config->n_files; i++)
		add_file(paths, n_paths, config->files[i]);
	add_file(paths, n_paths, config->frr.source);
	add_file(paths, n_paths, config->node.index_file);
	for (size_t i = 0; i < config->underlay.n_nics; i++)
		add_file(paths, n_paths, config->underlay.nics[i].lease.file);
	for (size_t i = 0; i < config->frr.n_neighbors; i++)
		add_file(paths, n_paths, config->frr.neighbors[i].session.password_file);
	for (size_t i = 0; i < config->n_l3vnis; i++)
		add_file(paths, n_paths, config->l3vnis[i].host.session.password_file);
}

bool config_is_current(const struct config *config)
{
	for (size_t i = 0; i < config->n_files; i++) {
		_cleanup_free_ char *text = NULL;
		size_t len = strlen(config->texts[i]);

		/* One that has grown is another one, however long it is. */
		if (file_read(config->files[i], len, &text, NULL) < 0 || !streq(text, config->texts[i]))
			return false;
	}
	return true;
}

void config_errors_take_files(struct config_errors *errors, const struct config *config)
{
	_cleanup_free_ const char **paths = NULL;
	size_t n = 0;

	config_add_files(config, &paths, &n);
	for (size_t i = 0; i < n; i++)
		*(char **)util_append(&errors->files, &errors->n_files, sizeof(*errors->files)) = xstrdup(paths[i]);
}
