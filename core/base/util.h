/* SPDX-License-Identifier: Apache-2.0 */
/*
 * util.h - cleanup attributes, memory, and files that are replaced as a whole
 *
 * Memory: an allocation that fails ends the process (the x... functions). Nothing sensible can be done then, the data plane
 * stays as it is, and systemd starts evpnd again.
 */
#pragma once

#include <dirent.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct evpn_error;

#define _cleanup_(f) __attribute__((cleanup(f)))
#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

static inline void util_freep(void *p)
{
	free(*(void **)p);
}

static inline void util_closep(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void util_closedirp(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

static inline void util_fclosep(FILE **f)
{
	if (*f)
		fclose(*f);
}

#define _cleanup_free_	   _cleanup_(util_freep)
#define _cleanup_close_	   _cleanup_(util_closep)
#define _cleanup_fclose_   _cleanup_(util_fclosep)
#define _cleanup_closedir_ _cleanup_(util_closedirp)

/* Returns the descriptor and sets the variable to -1: the caller owns it now. */
static inline int util_take_fd(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

/* The same for the pointer at `pp`. */
static inline void *util_take_ptr(void *pp)
{
	void **slot = pp, *taken = *slot;

	*slot = NULL;
	return taken;
}

void *xcalloc(size_t n, size_t size);
void *xrealloc_array(void *old, size_t n, size_t size);
char *xstrdup(const char *s);
/* open_memstream(3), and fclose(3) of it: *text is complete then, and freed by the caller. */
FILE *xopen_text(char **text, size_t *len);
void xclose_text(FILE *f);
char *xasprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));
char *xvasprintf(const char *format, va_list ap) __attribute__((format(printf, 1, 0)));

/*
 * Makes room for one more element at the end of `array` (count n, any element type) and returns its zeroed slot; grows
 * by doubling. The caller counts it: struct x *e = util_append(&v->items, &v->n_items, sizeof(*e));
 */
void *util_append(void *array_ptr, size_t *n, size_t size);

/* Frees the strings and their array. */
static inline void util_free_strings(char **strings, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(strings[i]);
	free(strings);
}

/*
 * Whether an errno value stands for a fault of the host that may pass by itself, such as a shortage: what fails with it is
 * tried again, and says nothing about the configuration.
 */
bool util_is_transient(int code);

static inline bool streq(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

/*
 * Reads the rest of an open file into *ret_text (NUL-terminated, freed by the caller), and its length in bytes into
 * *ret_len, which may be NULL. `guess`: about how many bytes it has. 0, or -errno; -EFBIG: it has more than `max` bytes.
 * file.h opens files.
 */
int util_read_fd(int fd, size_t max, size_t guess, char **ret_text, size_t *ret_len);

/*
 * Replaces a file so that a reader sees the old or the new one, never a part: a temporary file in the same directory,
 * fsync, rename, fsync of the directory. uid, gid -1: those of the process. 0, or -errno; then *ret_what is the part that
 * failed ("write", "rename into place"), for the message.
 */
int util_write_file(const char *path, const void *data, size_t len, mode_t mode, uid_t uid, gid_t gid,
		    const char **ret_what);

/* Deletes a file, which may be gone already. */
int util_remove_file(const char *path, struct evpn_error *err);

/* Edits that make one word of the other: of one letter each, or of two that changed places. For "did you mean". */
unsigned int util_distance(const char *a, const char *b);

/*
 * The word in the NULL-ended list that `word` is a typing error of, or NULL: one edit in a short word, two in one of more
 * than 5 letters. More would suggest words of another meaning (`gateway_mac': `gateways').
 */
const char *util_near_miss(const char *word, const char *const *list);
