/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_config.c - any bytes as evpn.conf: a config, or errors, and never both or neither
 *
 * The file is one in memory, so an @include finds only what is in /proc/self/fd.
 */
#include <stdlib.h>
#include <sys/mman.h>

#include "config/config.h"
#include "fuzz.h"
#include "base/util.h"

/* libconfig 1.5 loses a string that stands where the syntax has none; it is no part of what is tested here. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:strbuf_append\nleak:libconfig_yylex\n";
}

static void check(const struct config *config, const struct config_errors *errors)
{
	if (!config != (errors->n_lines > 0))
		abort();
	for (size_t i = 0; config && i < config->n_l3vnis; i++)
		if (config_find_vrf(config, config->l3vnis[i].vrf) != &config->l3vnis[i])
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_close_ int fd = memfd_create("evpn.conf", MFD_CLOEXEC);
	_cleanup_free_ char *path = xasprintf("/proc/self/fd/%d", fd);
	struct config_errors errors = { 0 };
	struct config *config;

	if (fd < 0 || (size && write(fd, data, size) != (ssize_t)size))
		abort();
	config = config_load(path, &errors);
	check(config, &errors);
	config_free(config);
	config_errors_clear(&errors);
	return 0;
}
