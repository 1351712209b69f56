/* SPDX-License-Identifier: Apache-2.0 */
/*
 * util.h - cleanup attributes and the few helpers that every file needs
 *
 * Memory: an allocation of a few bytes that fails ends the process (xalloc family): nothing sensible can be done
 * then, and the data plane stays as it is.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

static inline void util_fclosep(FILE **f)
{
	if (*f)
		fclose(*f);
}

#define _cleanup_free_	 _cleanup_(util_freep)
#define _cleanup_close_	 _cleanup_(util_closep)
#define _cleanup_fclose_ _cleanup_(util_fclosep)

/* Hands the descriptor over: the variable no longer owns it. */
static inline int util_take_fd(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

static inline void *util_take_ptr(void *pp)
{
	void **slot = pp, *taken = *slot;

	*slot = NULL;
	return taken;
}

void *xcalloc(size_t n, size_t size);
void *xrealloc_array(void *old, size_t n, size_t size);
char *xstrdup(const char *s);
/* open_memstream and its end. */
FILE *xopen_text(char **text, size_t *len);
void xclose_text(FILE *f);
char *xasprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * Makes room for one more element at the end of `array` (count n, any element type) and returns its zeroed slot; grows
 * by doubling. The caller counts it: struct x *e = util_append(&v->items, &v->n_items, sizeof(*e));
 */
void *util_append(void *array_ptr, size_t *n, size_t size);

/* The strings, and their array. */
static inline void util_free_strings(char **strings, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(strings[i]);
	free(strings);
}

static inline bool streq(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

/* Reads a whole file into *ret_text (NUL-terminated; freed by the caller). Returns 0, or -errno. */
int util_read_file(const char *path, size_t max, char **ret_text, size_t *ret_len);

/*
 * Writes a file so that a reader sees the old or the new one, never a part: a temporary file in the same directory,
 * fsync, rename, fsync of the directory. uid/gid of -1: as created. Returns 0, or -errno with *ret_what the step that
 * failed ("create", "write", "rename", ...), for the message.
 */
int util_write_file(const char *path, const void *data, size_t len, mode_t mode, uid_t uid, gid_t gid,
		    const char **ret_what);

/* Edit distance between two words, for "did you mean". */
unsigned int util_distance(const char *a, const char *b);

/* The word in the NULL-ended list that is nearest to `word`, or NULL where none is near enough to be meant. */
const char *util_near_miss(const char *word, const char *const *list);
