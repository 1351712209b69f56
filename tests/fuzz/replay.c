/* SPDX-License-Identifier: Apache-2.0 */
/* replay.c - runs a fuzz target on every file of its corpus (CORPUS, or the directories given), without libFuzzer */
#include <dirent.h>

#include "fuzz.h"
#include "base/file.h"
#include "base/util.h"

#define INPUT_MAX_SIZE (1 << 20)

/* The number of inputs; negative: a file or the directory cannot be read. */
static int replay(const char *dir)
{
	struct dirent **entries;
	int n = scandir(dir, &entries, NULL, alphasort), count = 0;

	for (int i = 0; i < n; i++) {
		_cleanup_free_ char *path = xasprintf("%s/%s", dir, entries[i]->d_name), *text = NULL;
		size_t len;

		if (entries[i]->d_name[0] != '.' && count >= 0) {
			count = file_read(path, INPUT_MAX_SIZE, &text, &len) < 0 ? -1 : count + 1;
			if (count < 0)
				fprintf(stderr, "%s: cannot be read\n", path);
			else
				LLVMFuzzerTestOneInput((const uint8_t *)text, len);
		}
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
	return n < 0 ? -1 : count;
}

int main(int argc, char **argv)
{
	char *corpus[] = { (char[]){ CORPUS } };
	char **dirs = argc > 1 ? argv + 1 : corpus;
	int n_dirs = argc > 1 ? argc - 1 : 1, total = 0;

	for (int i = 0; i < n_dirs; i++) {
		int n = replay(dirs[i]);

		if (n <= 0) {
			fprintf(stderr, "%s: no input that can be read\n", dirs[i]);
			return EXIT_FAILURE;
		}
		total += n;
	}
	printf("%d inputs\n", total);
	return EXIT_SUCCESS;
}
