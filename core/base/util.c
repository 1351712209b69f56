/* SPDX-License-Identifier: Apache-2.0 */
/* util.c - see util.h */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdarg.h>
#include <sys/stat.h>

#include "base/util.h"
#include "base/volume.h"
#include "evpn-plugin.h"

static void *need(void *p)
{
	if (!p) {
		fputs("evpnd: out of memory\n", stderr);
		_exit(EXIT_FAILURE);
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

char *xvasprintf(const char *format, va_list ap)
{
	char *s = NULL;
	int n = vasprintf(&s, format, ap);

	return need(n < 0 ? NULL : s);
}

char *xasprintf(const char *format, ...)
{
	va_list ap;
	char *s;

	va_start(ap, format);
	s = xvasprintf(format, ap);
	va_end(ap);
	return s;
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

int util_read_fd(int fd, size_t max, size_t guess, char **ret_text, size_t *ret_len)
{
	/* With room for one byte more than `max`, so that a longer file is noticed without reading it all. */
	size_t size = (guess < max ? guess : max) + 2, len = 0;
	_cleanup_free_ char *text = NULL;

	for (;;) {
		ssize_t n;

		text = xrealloc_array(text, size, 1);
		n = read(fd, text + len, size - 1 - len);
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
			size = size * 2 < max + 2 ? size * 2 : max + 2;
	}
	text[len] = '\0';
	if (ret_len)
		*ret_len = len;
	*ret_text = util_take_ptr(&text);
	return 0;
}

int util_write_file(const char *path, const void *data, size_t len, mode_t mode, uid_t uid, gid_t gid,
		    const char **ret_what)
{
	_cleanup_free_ char *dir_copy = xstrdup(path), *name_copy = xstrdup(path);
	_cleanup_close_ int dir = open(dirname(dir_copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	*ret_what = "create a temporary file beside";
	return dir < 0 ? -errno
		       : volume_write(dir, basename(name_copy), data, len, mode, uid, gid, VOLUME_REPLACE, ret_what);
}

int util_remove_file(const char *path, struct evpn_error *err)
{
	if (unlink(path) == 0 || errno == ENOENT)
		return 0;
	return evpn_fail(err, errno, "remove %s: %s", path, strerror(errno));
}

static unsigned int smaller(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

/* Optimal string alignment: three rows of the table of distances between all beginnings of the two words. */
unsigned int util_distance(const char *a, const char *b)
{
	size_t la = strlen(a), lb = strlen(b);
	_cleanup_free_ unsigned int *rows = xcalloc(3 * (lb + 1), sizeof(*rows));
	unsigned int *row = rows, *before = rows + lb + 1, *before2 = before + lb + 1;

	for (size_t j = 0; j <= lb; j++)
		row[j] = (unsigned int)j;
	for (size_t i = 1; i <= la; i++) {
		unsigned int *oldest = before2;

		before2 = before;
		before = row;
		row = oldest;
		row[0] = (unsigned int)i;
		for (size_t j = 1; j <= lb; j++) {
			row[j] = smaller(before[j - 1] + (a[i - 1] != b[j - 1]), smaller(before[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = smaller(row[j], before2[j - 2] + 1);
		}
	}
	return row[lb];
}

const char *util_near_miss(const char *word, const char *const *list)
{
	const char *nearest = NULL;
	unsigned int best = strlen(word) > 5 ? 3 : 2;

	for (; *list; list++) {
		unsigned int d = util_distance(word, *list);

		if (d < best) {
			best = d;
			nearest = *list;
		}
	}
	return nearest;
}

bool util_is_transient(int code)
{
	static const int codes[] = { EAGAIN, EBUSY, EDQUOT, EINTR, EIO, EMFILE, ENFILE, ENOBUFS, ENOMEM, ENOSPC };

	for (size_t i = 0; i < ARRAY_LEN(codes); i++)
		if (code == codes[i])
			return true;
	return false;
}
