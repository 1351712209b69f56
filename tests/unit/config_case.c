/* SPDX-License-Identifier: Apache-2.0 */
/* config_case.c - see config_case.h */
#include <check.h>
#include <unistd.h>

#include "base/util.h"
#include "config/config.h"
#include "config_case.h"

char config_case_path[32];

static const struct config_parts good = {
	.plugins = "netns = \"a\"; frr = \"b\";",
	.underlay = "interfaces = ( { name = \"eth1\"; } ); vtep = \"192.0.2.1\";",
	.node = "",
	.l3vnis = "{ vni = 100; vrf = \"red\"; host = { interface = \"frr0\"; }; }",
	.l2vnis = "{ vni = 110; vrf = \"red\"; gateways = [ \"10.0.0.1/24\" ]; host = { interface = \"lan0\"; }; }",
	.frr = "config = \"/a\"; source = \"/b\";",
	.more = "",
};

void config_case_begin(void)
{
	int fd;

	strcpy(config_case_path, "/tmp/evpnd-config-XXXXXX");
	fd = mkstemp(config_case_path);
	ck_assert_int_ge(fd, 0);
	close(fd);
}

void config_case_end(void)
{
	unlink(config_case_path);
}

#define PART(name) (c->name ? c->name : good.name)

void config_case_write(const struct config_parts *c)
{
	FILE *f = fopen(config_case_path, "we");

	ck_assert_ptr_nonnull(f);
	fprintf(f,
		"plugins = { %s };\nunderlay = { %s };\nnode = { %s };\nl3vnis = ( %s );\nl2vnis = ( %s );\nfrr = { %s "
		"};\n%s\n",
		PART(plugins), PART(underlay), PART(node), PART(l3vnis), PART(l2vnis), PART(frr), PART(more));
	ck_assert_int_eq(fclose(f), 0);
}

void config_case_fault(const struct config_fault *fault, int number)
{
	_cleanup_free_ char *place = xasprintf("%s:%d: ", config_case_path, fault->line);
	struct config_errors errors = { 0 };
	struct config *config;
	const char *want = fault->want;

	config_case_write(&fault->parts);
	config = config_load(config_case_path, &errors);
	if (!want) {
		ck_assert_msg(config && errors.n_lines == 0, "case %d: want none, got %s", number,
			      errors.n_lines ? errors.lines[0] : "no config");
	} else {
		ck_assert_msg(!config && errors.n_lines == 1, "case %d: want one error, \"%s\", got %zu: %s %s", number,
			      want, errors.n_lines, errors.n_lines ? errors.lines[0] : "",
			      errors.n_lines > 1 ? errors.lines[1] : "");
		ck_assert_msg(strncmp(errors.lines[0], place, strlen(place)) == 0, "case %d: want line %d, got %s",
			      number, fault->line, errors.lines[0]);
		ck_assert_msg(strstr(errors.lines[0], want) != NULL, "case %d: want \"%s\", got %s", number, want,
			      errors.lines[0]);
	}
	config_free(config);
	config_errors_clear(&errors);
}
