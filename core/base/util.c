/* SPDX-License-Identifier: Apache-2.0 */
/* util.c - see util.h */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdarg.h>
#include <sys/stat.h>

#include "util.h"

static void *need(void *p)
{
	if (!p) {
		fputs("evpnd: out of memory\n", stderr);
		abort();
	}
	return p;
}

void *xcalloc(size_t n, size_t size)
{
	return need(calloc(n ? n : 1, size));
}

void *xrealloc_array(void *old, size_t n, size_t size)
{
	return need(reallocarray(old, n ? n : 1, size));
}

char *xstrdup(const char *s)
{
	return need(strdup(s));
}

char *xasprintf(const char *format, ...)
{
	char *s = NULL;
	va_list ap;
	int n;

	va_start(ap, format);
	n = vasprintf(&s, format, ap);
	va_end(ap);
	return need(n < 0 ? NULL : s);
}

FILE *xopen_text(char **text, size_t *len)
{
	return need(open_memstream(text, len));
}

void xclose_text(FILE *f)
{
	/* Nothing else can go wrong with a stream in memory. */
	if (fclose(f) != 0)
		need(NULL);
}

void *util_append(void *array_ptr, size_t *n, size_t size)
{
	void **array = array_ptr;
	char *slot;

	/* Capacity is the next power of two, so it need not be stored. */
	if ((*n & (*n - 1)) == 0)
		*array = xrealloc_array(*array, *n ? *n * 2 : 1, size);
	slot = (char *)*array + *n * size;
	memset(slot, 0, size);
	++*n;
	return slot;
}

int util_read_file(const char *path, size_t max, char **ret_text, size_t *ret_len)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);
	_cleanup_free_ char *text = NULL;
	size_t len = 0, size = 4096;

	if (fd < 0)
		return -errno;
	for (;;) {
		ssize_t n;

		text = xrealloc_array(text, size, 1);
		n = read(fd, text + len, size - len - 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		len += (size_t)n;
		if (len > max)
			return -EFBIG;
		if (len + 1 == size)
			size *= 2;
	}
	text[len] = '\0';
	if (ret_len)
		*ret_len = len;
	*ret_text = util_take_ptr(&text);
	return 0;
}

static int write_all(int fd, const char *data, size_t len)
{
	while (len) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

int util_write_file(const char *path, const void *data, size_t len, mode_t mode, uid_t uid, gid_t gid,
		    const char **ret_what)
{
	_cleanup_free_ char *copy = xstrdup(path);
	const char *dir = dirname(copy);
	_cleanup_free_ char *tmp = xasprintf("%s/.evpnd-XXXXXX", dir);
	_cleanup_close_ int fd = mkostemp(tmp, O_CLOEXEC), dir_fd = -1;
	int r;

	*ret_what = "create a temporary file beside";
	if (fd < 0)
		return -errno;
	*ret_what = "set owner and mode of";
	r = fchown(fd, uid, gid) < 0 || fchmod(fd, mode) < 0 ? -errno : 0;
	if (r == 0) {
		*ret_what = "write";
		r = write_all(fd, data, len);
	}
	if (r == 0 && fsync(fd) < 0)
		r = -errno;
	if (r == 0) {
		*ret_what = "rename into place";
		r = rename(tmp, path) < 0 ? -errno : 0;
	}
	if (r < 0) {
		unlink(tmp);
		return r;
	}
	/* The rename is what counts; a directory that cannot be synced (FUSE, some overlays) does not undo it. */
	dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir_fd >= 0)
		(void)fsync(dir_fd);
	return 0;
}

unsigned int util_distance(const char *a, const char *b)
{
	size_t la = strlen(a), lb = strlen(b);
	_cleanup_free_ unsigned int *row = xcalloc(lb + 1, sizeof(*row));

	for (size_t j = 0; j <= lb; j++)
		row[j] = (unsigned int)j;
	for (size_t i = 1; i <= la; i++) {
		unsigned int diagonal = row[0];

		row[0] = (unsigned int)i;
		for (size_t j = 1; j <= lb; j++) {
			unsigned int best = diagonal + (a[i - 1] != b[j - 1]);

			diagonal = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[lb];
}

const char *util_near_miss(const char *word, const char *const *list)
{
	const char *nearest = NULL;
	unsigned int best = (unsigned int)strlen(word) / 3 + 2;

	for (; *list; list++) {
		unsigned int d = util_distance(word, *list);

		if (d < best) {
			best = d;
			nearest = *list;
		}
	}
	return nearest;
}
