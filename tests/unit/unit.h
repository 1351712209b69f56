/* SPDX-License-Identifier: Apache-2.0 */
/*
 * unit.h - what every unit test's main() does
 */
#pragma once

#include <check.h>
#include <stdlib.h>

/* Runs one suite of one test case; the program's exit status. */
static inline int unit_run(const char *name, TCase *tcase)
{
	Suite *suite = suite_create(name);
	SRunner *runner = srunner_create(suite);
	int failed;

	/* As in the journal: the tests look at the priority of what is logged. */
	setenv("EVPND_LOG_PREFIX", "priority", 1);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
