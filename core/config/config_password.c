/* SPDX-License-Identifier: Apache-2.0 */
/* config_password.c - reads and checks the file that a key password_file names; see config_parts.h */
#include "base/file.h"
#include "base/hidden.h"
#include "base/util.h"
#include "config/config_parts.h"

/* TCP_MD5SIG_MAXKEYLEN of linux/tcp.h; FRR has the same limit. */
#define MAX_PASSWORD 80

/* Whether FRR can read this password from frr.conf, and TCP MD5 can use it. False: reported. */
static bool is_password(struct config_reader *r, const config_setting_t *s, const char *text)
{
	size_t printable = 0;

	while (text[printable] > ' ' && text[printable] <= '~')
		printable++;
	if (!text[0])
		config_problem_unusable(r, s, "has no password in it: write one into its first line");
	else if (strchr(text, '\n'))
		config_problem_unusable(r, s, "has more than one line: leave only the password in it");
	else if (strlen(text) > MAX_PASSWORD)
		config_problem_unusable(r, s,
					"has a password of more than 80 characters, the limit of TCP MD5: shorten it");
	else if (text[printable])
		config_problem_unusable(
			r, s, "has a password with a space or a character outside printable ASCII: change it");
	else
		return true;
	return false;
}

/* Whether only root can have read or written the file. False: reported. */
static bool is_safe(struct config_reader *r, const config_setting_t *s, const struct stat *st)
{
	if (st->st_uid != 0 && st->st_uid != geteuid())
		config_problem_unusable(r, s, "does not belong to root: change its owner");
	else if (st->st_mode & (S_IRWXG | S_IRWXO))
		config_problem_unusable(r, s, "is accessible to group or others: change its mode to 0600");
	else
		return true;
	return false;
}

void config_read_password(struct config_reader *r, const config_setting_t *s, const struct config_key *key, void *base)
{
	static const struct config_key file = { MEMBER(struct config_session, password_file) };
	struct config_session *session = (struct config_session *)((char *)base + key->offset);
	_cleanup_free_ char *text = NULL;
	struct stat st;
	size_t len = 0;
	int e;

	value_read_path(r, s, &file, session);
	if (!session->password_file)
		return;
	/* A longer file holds a password that is too long as well. */
	e = file_read_at(AT_FDCWD, session->password_file, FILE_FOLLOW, 4 * MAX_PASSWORD, &text, &len, &st);
	if (e < 0)
		config_problem_unusable(r, s, "cannot be read: %s%s", config_file_fault(r, e),
					hidden_hint(session->password_file));
	if (e < 0 || !is_safe(r, s, &st))
		return;
	if (len && text[len - 1] == '\n')
		text[--len] = '\0';
	if (is_password(r, s, text))
		session->password = util_take_ptr(&text);
}
