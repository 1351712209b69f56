/* SPDX-License-Identifier: Apache-2.0 */
/*
 * path_rest.h - what is left of a path that is opened component by component: for folder.c and vty_path.c, which differ in where a
 * link may lead
 */
#pragma once

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Moves the first component of `rest` to `name`, "" if there is none. Returns 1 if it is the last one, 0 if not, or -errno. */
static inline int path_rest_take(char rest[PATH_MAX], char name[NAME_MAX + 1])
{
	const char *start = rest + strspn(rest, "/"), *next;
	size_t len = strcspn(start, "/");

	if (len > NAME_MAX)
		return -ENAMETOOLONG;
	memcpy(name, start, len);
	name[len] = '\0';
	next = start + len + strspn(start + len, "/");
	memmove(rest, next, strlen(next) + 1);
	return !rest[0];
}

/*
 * Puts the target of the symbolic link, a descriptor of O_PATH, in front of `rest`. Returns 1 if the target is absolute, 0 if it is
 * relative, or -errno.
 */
static inline int path_rest_put_link(char rest[PATH_MAX], int link)
{
	char target[PATH_MAX], longer[2 * PATH_MAX];
	ssize_t n = readlinkat(link, "", target, sizeof(target) - 1);

	if (n < 0)
		return -errno;
	target[n] = '\0';
	if (snprintf(longer, sizeof(longer), "%s/%s", target, rest) >= PATH_MAX)
		return -ENAMETOOLONG;
	strcpy(rest, longer);
	return target[0] == '/';
}
