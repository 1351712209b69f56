/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_args.c - reads the arguments of a request; see ctl_parts.h */
#include <errno.h>

#include "ctl/ctl_parts.h"

int ctl_arg_text(const struct ctl_client *client, const char *key, const char **ret_text, struct evpn_error *err)
{
	const json_t *value = json_object_get(client->args, key);

	if (!value)
		return 0;
	if (!json_is_string(value))
		return evpn_fail(err, EINVAL, "argument `%s' is not a text", key);
	*ret_text = json_string_value(value);
	return 0;
}

int ctl_arg_number(const struct ctl_client *client, const char *key, json_int_t min, json_int_t max,
		   json_int_t *ret_number, struct evpn_error *err)
{
	const json_t *value = json_object_get(client->args, key);

	if (!value)
		return 0;
	if (!json_is_integer(value) || json_integer_value(value) < min || json_integer_value(value) > max)
		return evpn_fail(err, EINVAL, "argument `%s' is not a number from %lld to %lld", key, (long long)min,
				 (long long)max);
	*ret_number = json_integer_value(value);
	return 0;
}

int ctl_arg_flag(const struct ctl_client *client, const char *key, bool *ret_flag, struct evpn_error *err)
{
	const json_t *value = json_object_get(client->args, key);

	if (value && !json_is_boolean(value))
		return evpn_fail(err, EINVAL, "argument `%s' is not true or false", key);
	*ret_flag = json_is_true(value);
	return 0;
}
