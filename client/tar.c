/* SPDX-License-Identifier: Apache-2.0 */
/* tar.c - see tar.h */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "tar.h"

#define BLOCK 512

/* POSIX.1-1988, ustar. Numbers are octal text. */
struct header {
	char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], sum[8], type, link[100], magic[6], version[2];
	char user[32], group[32], major[8], minor[8], prefix[155], pad[12];
};
_Static_assert(sizeof(struct header) == BLOCK, "a header is one block");

int tar_create(struct tar *tar, const char *path)
{
	*tar = (struct tar){ .now = time(NULL) };
	tar->fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	return tar->fd < 0 ? -errno : 0;
}

static void put(struct tar *tar, const void *data, size_t len)
{
	const char *at = data;

	while (!tar->fault && len) {
		ssize_t n = write(tar->fd, at, len);

		if (n < 0 && errno != EINTR)
			tar->fault = -errno;
		at += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
	}
}

static void put_header(struct tar *tar, const char *name, size_t len)
{
	struct header header = { .type = '0', .magic = "ustar", .version = { '0', '0' } };
	unsigned int sum = 0;

	snprintf(header.name, sizeof(header.name), "%s", name);
	snprintf(header.mode, sizeof(header.mode), "%07o", 0600);
	snprintf(header.uid, sizeof(header.uid), "%07o", 0);
	snprintf(header.gid, sizeof(header.gid), "%07o", 0);
	snprintf(header.size, sizeof(header.size), "%011zo", len);
	snprintf(header.mtime, sizeof(header.mtime), "%011llo", (unsigned long long)tar->now);
	memset(header.sum, ' ', sizeof(header.sum));
	for (size_t i = 0; i < sizeof(header); i++)
		sum += ((const unsigned char *)&header)[i];
	snprintf(header.sum, sizeof(header.sum), "%06o", sum & 0777777);
	put(tar, &header, sizeof(header));
}

void tar_add(struct tar *tar, const char *name, const char *data, size_t len)
{
	static const char zeros[BLOCK];

	put_header(tar, name, len);
	put(tar, data, len);
	put(tar, zeros, (BLOCK - len % BLOCK) % BLOCK);
	tar->n_files++;
	tar->n_bytes += len;
}

int tar_close(struct tar *tar)
{
	static const char end[2 * BLOCK];

	put(tar, end, sizeof(end));
	if (fsync(tar->fd) < 0 && !tar->fault && errno != EINVAL)
		tar->fault = -errno;
	if (close(tar->fd) < 0 && !tar->fault)
		tar->fault = -errno;
	return tar->fault;
}
