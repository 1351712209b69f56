/* SPDX-License-Identifier: Apache-2.0 */
/*
 * volume.h - files in a directory that an untrusted program can change: the volume that FRR's container shares
 *
 * The container may put a symbolic link, a FIFO, a device or a huge file in the place of what evpnd reads, and links in the
 * place of directories. So the directory is opened component by component, none of them a symbolic link, and everything
 * is done relative to that descriptor; file_read_at (file.h) reads regular files only; files are replaced by
 * rename, which replaces a link and not what it points to.
 */
#pragma once

#include <limits.h>
#include <stddef.h>
#include <sys/stat.h>

/*
 * Opens the directory of the absolute path `path`. Returns the descriptor, and in ret_name the name of the file in it; or
 * -errno: -ELOOP if a directory of the path is a symbolic link.
 */
int volume_open(const char *path, char ret_name[NAME_MAX + 1]);

/*
 * Opens the socket at the absolute path as a place (O_PATH): connect(2) to "/proc/self/fd/NUMBER" reaches this one, whatever
 * happens to its name. A link in the path is followed if it belongs to root and only root can write to the directory that
 * it is in: the operator made it, for example /var/run. Else -ELOOP. -ENOTSOCK: another kind of file.
 */
int volume_open_socket(const char *path);

/* What the -errno of volume_open, or of file_read_at below that directory, means for a message. */
const char *volume_fault(int e);

enum volume_write { VOLUME_REPLACE, VOLUME_KEEP };

/*
 * Writes a file so that a reader sees the old or the new one, never a part. VOLUME_KEEP: -EEXIST if there is one of that
 * name. uid, gid -1: those of the process. 0, or -errno; then *ret_what is the part that failed, for the message.
 */
int volume_write(int dir, const char *name, const void *data, size_t len, mode_t mode, uid_t uid, gid_t gid,
		 enum volume_write how, const char **ret_what);

/* Deletes the temporary files that a killed evpnd has left in a directory in which nobody else writes. */
void volume_clean(const char *path);
