/* SPDX-License-Identifier: Apache-2.0 */
/* hidden.c - see hidden.h */
#include <sys/stat.h>

#include "base/hidden.h"
#include "base/util.h"

#define HINT(dir)                                                                                                     \
	"; evpnd's unit hides " dir " from evpnd (ProtectHome=): move the file, or set ProtectHome=no in a drop-in (" \
	"systemctl edit evpnd)"

const char *hidden_hint(const char *path)
{
	static const struct {
		const char *dir, *hint;
	} dirs[] = { { "/home", HINT("/home") }, { "/root", HINT("/root") }, { "/run/user", HINT("/run/user") } };

	for (size_t i = 0; i < ARRAY_LEN(dirs); i++) {
		size_t len = strlen(dirs[i].dir);
		struct stat st;

		/* systemd mounts an empty directory that nobody may use. */
		if (strncmp(path, dirs[i].dir, len) == 0 && path[len] == '/' && stat(dirs[i].dir, &st) == 0 &&
		    (st.st_mode & 07777) == 0)
			return dirs[i].hint;
	}
	return "";
}
