/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_dir.h - a directory for the files of a target, which is removed when the process ends */
#pragma once

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "fuzz.h"

static char fuzz_dir_path[64];

static void fuzz_dir_remove(void)
{
	DIR *dir = opendir(fuzz_dir_path);
	const struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		(void)unlinkat(dirfd(dir), entry->d_name, 0);
	if (dir)
		closedir(dir);
	(void)rmdir(fuzz_dir_path);
}

static inline const char *fuzz_dir(void)
{
	if (!fuzz_dir_path[0]) {
		snprintf(fuzz_dir_path, sizeof(fuzz_dir_path), "%s/evpnd-fuzz-XXXXXX",
			 access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
		must(mkdtemp(fuzz_dir_path));
		atexit(fuzz_dir_remove);
	}
	return fuzz_dir_path;
}

/* The path of a file there; it is overwritten by the next call. */
static inline const char *fuzz_path(const char *name)
{
	static char path[100];

	must(snprintf(path, sizeof(path), "%s/%s", fuzz_dir(), name) < (int)sizeof(path));
	return path;
}

static inline void fuzz_write(const char *name, const uint8_t *data, size_t size)
{
	int fd = open(fuzz_path(name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	must(fd >= 0 && (size == 0 || write(fd, data, size) == (ssize_t)size));
	close(fd);
}
