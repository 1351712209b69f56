/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_escape.c - any bytes as a text to print: what comes out obeys no terminal, forges no line of a log, is UTF-8 (jansson
 * writes it as JSON), and stays as it is when it is escaped again
 */
#include <jansson.h>

#include "base/escape.h"
#include "fuzz.h"

static void check(const char *text, bool lines)
{
	json_t *json = json_string(text);

	/* jansson takes valid UTF-8 only. */
	must(json != NULL);
	json_decref(json);
	for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
		must((*p >= 0x20 && *p != 0x7f) || (lines && (*p == '\n' || *p == '\t')));
		/* C1 control characters, U+0080 to U+009F. */
		must(!(p[0] == 0xc2 && p[1] >= 0x80 && p[1] < 0xa0));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size), *line = escape_line(text, 100), *all = escape_text(text);
	char *again = escape_line(line, SIZE_MAX), *all_again = escape_text(all);

	must(strlen(line) <= 100 * strlen("\\xff") + strlen("..."));
	check(line, false);
	check(all, true);
	must(strcmp(line, again) == 0 && strcmp(all, all_again) == 0);
	escape_in_place(text, false);
	check(text, false);
	free(text);
	free(line);
	free(all);
	free(again);
	free(all_again);
	return 0;
}
