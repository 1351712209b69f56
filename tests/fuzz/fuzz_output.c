/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_output.c - any text as vtysh's output: its parts lie within it, and what is quoted of it has an end
 *
 * A NUL byte separates stdout and stderr.
 */
#include "frr-vtysh/output.h"
#include "fuzz.h"

static void check_quotes(const char *out, const char *err)
{
	char words[64] = "";
	size_t len;

	output_has_refusal(out, err, words, sizeof(words));
	must(memchr(words, '\0', sizeof(words)));
	output_quote(words, sizeof(words), out);
	must(memchr(words, '\0', sizeof(words)));
	output_has_error(words);
	output_refuses_deletion(err, out);
	output_is_locked(out, err);
	output_has_no_daemons(err);
	if (output_find_missing(out, "zebra,bgpd,,staticd", &len))
		must(len > 0 && len <= strlen("staticd"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t len = strnlen((const char *)data, size);
	char *out = fuzz_text(data, len), *err = fuzz_text(data + len, size - len);
	const char *rest = len < size ? err + 1 : err;
	struct output output;

	check_quotes(out, rest);
	output_parse(out, &output);
	must(output.messages);
	must(!output.config || (output.config >= out && output.config < out + len));
	must(!output.daemons || (output.daemons >= out && output.daemons <= out + len));
	if (output.config)
		output_has_mgmtd(output.config);
	free(out);
	free(err);
	return 0;
}
