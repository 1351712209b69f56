/* SPDX-License-Identifier: Apache-2.0 */
/* config_files.c - the configuration as files: which ones it is made of, and all of it as one; see config.h */
#include "config_parse.h"
#include "util.h"

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

const char **config_files(const struct config *config, size_t *ret_n)
{
	const char **files = xcalloc(config->n_files + 2, sizeof(*files));
	size_t n = 0;

	while (n < config->n_files) {
		files[n] = config->files[n];
		n++;
	}
	if (config->frr.source)
		files[n++] = config->frr.source;
	if (config->node.index_file)
		files[n++] = config->node.index_file;
	*ret_n = n;
	return files;
}

void config_errors_take_files(struct config_errors *errors, const struct config *config)
{
	size_t n;
	_cleanup_free_ const char **files = config_files(config, &n);

	for (size_t i = 0; i < n; i++)
		*(char **)util_append(&errors->files, &errors->n_files, sizeof(*errors->files)) = xstrdup(files[i]);
}
