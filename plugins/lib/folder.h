/* SPDX-License-Identifier: Apache-2.0 */
/*
 * folder.h - opens files, and sockets to connect to, at places where an untrusted container can write
 *
 * The container may put anything in the place of a file: a link to a file or socket of the host, a FIFO, a device. It may
 * put a link in the place of a directory, too. So a path is walked component by component, and each symbolic link in it
 * is judged. What stands at the end is looked at through a descriptor that opens nothing (O_PATH); only a regular file is
 * then opened, without waiting for anyone.
 */
#pragma once

#include <limits.h>

/* Kinds of files that are refused, as error numbers beside those of errno(3). A directory: EISDIR. A link: ELOOP. */
#define FOLDER_FIFO   10101
#define FOLDER_SOCKET 10102
#define FOLDER_DEVICE 10103

/* Which symbolic links of a path are followed. */
enum folder_links {
	FOLDER_NO_LINKS,
	/*
	 * Directories, if the link belongs to root and only root can write to the directory that it is in: the operator
	 * made it, for example /var/run. None of procfs, which lead into a container.
	 */
	FOLDER_ROOT_LINKS,
	/* The same, and the last component as well. */
	FOLDER_ROOT_LINKS_TO_END,
};

/*
 * Opens the directory of `path`, which is absolute, as a place (O_PATH). Returns the descriptor, and in ret_name the name
 * of the file in it; or -errno: -ELOOP for a link that is not followed.
 */
int folder_open(const char *path, enum folder_links links, char ret_name[NAME_MAX + 1]);

/* Opens a regular file in a directory for reading, which must not be a link; or -errno as above. */
int folder_open_at(int dir, const char *name);

/* The same for a path. */
int folder_open_file(const char *path, enum folder_links links);

/*
 * Opens a socket as a place: connect(2) to "/proc/self/fd/NUMBER" reaches this one, whatever happens to its name. -errno:
 * -ENOTSOCK for another kind of file.
 */
int folder_open_socket(const char *path, enum folder_links links);

/* What such an -errno means, for a message, and the errno(3) for a struct evpn_error. */
const char *folder_fault(int e);
int folder_code(int e);
