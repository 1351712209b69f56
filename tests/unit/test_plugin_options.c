/* SPDX-License-Identifier: Apache-2.0 */
/* test_plugin_options.c - the helpers of evpn-plugin-options.h: values, limits, and what the errors name */
#include <limits.h>
#include <stdio.h>

#include "evpn-plugin-options.h"
#include "fake_host.h"
#include "unit.h"

static struct fake_option options[2];
static struct fake_host fake;
static struct evpn_error err;

/* A host that has the option "key" with this value; NULL: it is not set. */
static const struct evpn_host *with(const char *value)
{
	options[0] = (struct fake_option){ value ? "key" : NULL, value };
	memset(&err, 0, sizeof(err));
	return fake_host_init(&fake, options);
}

static void assert_refused(int r, const char *message)
{
	ck_assert_int_eq(r, -1);
	ck_assert_int_eq(err.code, EINVAL);
	ck_assert_str_eq(err.msg, message);
}

START_TEST(test_required)
{
	ck_assert_int_eq(evpn_option_required(with("x"), "key", "a thing", &err), 0);
	ck_assert_int_eq(evpn_option_required(with(""), "key", "a thing", &err), 0);
	assert_refused(evpn_option_required(with(NULL), "key", "a thing", &err),
		       "option key is missing: set it to a thing");
}
END_TEST

START_TEST(test_text)
{
	const char *text = "before";

	assert_refused(evpn_option_text(with(""), "key", "fallback", &text, &err),
		       "key = \"\": must not be empty; remove the option to use its default");
	ck_assert_str_eq(text, "before");
	ck_assert_int_eq(evpn_option_text(with("x y"), "key", "fallback", &text, &err), 0);
	ck_assert_str_eq(text, "x y");
	ck_assert_int_eq(evpn_option_text(with(NULL), "key", "fallback", &text, &err), 0);
	ck_assert_str_eq(text, "fallback");
	ck_assert_int_eq(evpn_option_text(with(NULL), "key", NULL, &text, &err), 0);
	ck_assert_ptr_null(text);
}
END_TEST

START_TEST(test_path)
{
	static const char *const bad[] = { "", "frr.pid", "./x", "~/x" };
	char longest[EVPN_OPTION_PATH_SIZE + 1];
	const char *path = "before";
	char message[128];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(message, sizeof(message),
			 "key = \"%s\": must be an absolute path of less than 4064 characters", bad[i]);
		assert_refused(evpn_option_path(with(bad[i]), "key", NULL, &path, &err), message);
	}
	memset(longest, '/', sizeof(longest));
	longest[EVPN_OPTION_PATH_SIZE] = '\0';
	ck_assert_int_eq(evpn_option_path(with(longest), "key", NULL, &path, &err), -1);
	/* The value is cut, so that what is allowed has room behind it. */
	ck_assert_ptr_nonnull(strstr(err.msg, "must be an absolute path of less than 4064 characters"));
	ck_assert_str_eq(path, "before");
	longest[EVPN_OPTION_PATH_SIZE - 1] = '\0';
	ck_assert_int_eq(evpn_option_path(with(longest), "key", NULL, &path, &err), 0);
	ck_assert_ptr_eq(path, longest);
	ck_assert_int_eq(evpn_option_path(with(NULL), "key", "/fallback", &path, &err), 0);
	ck_assert_str_eq(path, "/fallback");
}
END_TEST

START_TEST(test_bool)
{
	static const char *const bad[] = { "", "yes", "1", "True", "true ", "falsehood" };
	char message[128];
	bool value = false;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(message, sizeof(message), "key = \"%s\": must be true or false", bad[i]);
		assert_refused(evpn_option_bool(with(bad[i]), "key", true, &value, &err), message);
		ck_assert(!value);
	}
	ck_assert_int_eq(evpn_option_bool(with("true"), "key", false, &value, &err), 0);
	ck_assert(value);
	ck_assert_int_eq(evpn_option_bool(with("false"), "key", true, &value, &err), 0);
	ck_assert(!value);
	ck_assert_int_eq(evpn_option_bool(with(NULL), "key", true, &value, &err), 0);
	ck_assert(value);
}
END_TEST

START_TEST(test_unsigned)
{
	static const char *const bad[] = { "",	  "0",	 "61",		"-1",
					   "+5",  " 5",	 "5 ",		"0x5",
					   "1e1", "5s",	 "4294967296",	"4294967301",
					   "5L",  "2.0", "42949672960", "18446744073709551621" };
	unsigned int value = 7;
	char message[128];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(message, sizeof(message), "key = %s: must be a number of seconds from 1 to 60", bad[i]);
		assert_refused(evpn_option_unsigned(with(bad[i]), "key", 9, 1, 60, "seconds", &value, &err), message);
		ck_assert_uint_eq(value, 7);
	}
	assert_refused(evpn_option_unsigned(with("3"), "key", 9, 0, 2, NULL, &value, &err),
		       "key = 3: must be a number from 0 to 2");
	ck_assert_int_eq(evpn_option_unsigned(with("1"), "key", 9, 1, 60, "seconds", &value, &err), 0);
	ck_assert_uint_eq(value, 1);
	ck_assert_int_eq(evpn_option_unsigned(with("060"), "key", 9, 1, 60, "seconds", &value, &err), 0);
	ck_assert_uint_eq(value, 60);
	ck_assert_int_eq(evpn_option_unsigned(with("4294967295"), "key", 9, 1, UINT_MAX, NULL, &value, &err), 0);
	ck_assert_uint_eq(value, UINT_MAX);
	ck_assert_int_eq(evpn_option_unsigned(with("0"), "key", 9, 0, 0, NULL, &value, &err), 0);
	ck_assert_uint_eq(value, 0);
	ck_assert_int_eq(evpn_option_unsigned(with(NULL), "key", 9, 1, 2, NULL, &value, &err), 0);
	ck_assert_uint_eq(value, 9);
}
END_TEST

int main(void)
{
	TCase *tcase = tcase_create("plugin-options");

	tcase_add_test(tcase, test_required);
	tcase_add_test(tcase, test_text);
	tcase_add_test(tcase, test_path);
	tcase_add_test(tcase, test_bool);
	tcase_add_test(tcase, test_unsigned);
	return unit_run("plugin-options", tcase);
}
