/* SPDX-License-Identifier: Apache-2.0 */
/* escape.c - see escape.h */
#include <stdbool.h>
#include <stdint.h>

#include "base/escape.h"
#include "base/util.h"

/* Decodes one character of UTF-8 (RFC 3629). Returns its length in bytes; 0: it is none. */
static size_t decode(const char *text, uint32_t *ret_char)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t n = p[0] < 0x80 ? 1 : p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : p[0] < 0xf5 ? 4 : 0;
	uint32_t c = n == 1 ? p[0] : p[0] & (0x7fu >> n);

	/* The NUL at the end is no continuation byte. */
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (p[i] & 0x3f);
	}
	/* Longer than necessary, half of a UTF-16 pair, or behind the last character. */
	if ((n == 3 && c < 0x800) || (n == 4 && c < 0x10000) || (c >= 0xd800 && c < 0xe000) || c > 0x10ffff)
		return 0;
	*ret_char = c;
	return n;
}

static bool is_harmless(uint32_t c)
{
	if (c < 0x20 || (c >= 0x7f && c < 0xa0))
		return false;
	/* Marks and overrides of the direction of text, line and paragraph separators, the byte order mark. */
	return !(c == 0x200e || c == 0x200f || (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) ||
		 c == 0xfeff);
}

static char *escape(const char *text, size_t max, bool keep_lines)
{
	char *escaped = NULL;
	size_t size, done = 0;
	FILE *out = xopen_text(&escaped, &size);

	while (text[done]) {
		uint32_t c = 0;
		size_t n = decode(text + done, &c);
		bool keep = n && (is_harmless(c) || (keep_lines && (c == '\n' || c == '\t')));

		n = n ? n : 1;
		if (done + n > max)
			break;
		if (keep)
			fwrite(text + done, 1, n, out);
		for (size_t i = 0; !keep && i < n; i++)
			fprintf(out, "\\x%02x", (unsigned char)text[done + i]);
		done += n;
	}
	if (text[done])
		fputs("...", out);
	xclose_text(out);
	return escaped;
}

char *escape_line(const char *text, size_t max)
{
	return escape(text, max, false);
}

char *escape_text(const char *text)
{
	return escape(text, SIZE_MAX, true);
}

void escape_in_place(char *text, bool lines)
{
	for (; *text; text++)
		if ((*text < ' ' && !(lines && *text == '\n')) || *text > '~')
			*text = '?';
}
