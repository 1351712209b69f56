/* SPDX-License-Identifier: Apache-2.0 */
/* stop.c - see stop.h */
#include <systemd/sd-bus.h>
#include <unistd.h>

#include "base/util.h"
#include "run/stop.h"

#define SYSTEMD	  "org.freedesktop.systemd1"
#define ANSWER_US 1500000 /* of each of four questions; systemd has other work at a shutdown */
/* systemd's own socket, for root: it is there as long as systemd is, while the system bus may have been stopped already. */
#define OWN_SOCKET "unix:path=/run/systemd/private"

/* 0 or -errno. */
static int connect_to(const char *address, sd_bus **ret_bus)
{
	int r = sd_bus_new(ret_bus);

	if (r >= 0)
		r = sd_bus_set_address(*ret_bus, address);
	if (r >= 0)
		r = sd_bus_set_method_call_timeout(*ret_bus, ANSWER_US);
	return r < 0 ? r : sd_bus_start(*ret_bus);
}

static int get_text(sd_bus *bus, const char *path, const char *interface, const char *property, char **ret_text)
{
	return sd_bus_get_property_string(bus, SYSTEMD, path, interface, property, NULL, ret_text);
}

/* The unit of this process. It may have none, as if somebody has started evpnd in a shell. */
static int find_unit(sd_bus *bus, char **ret_path)
{
	sd_bus_message *reply = NULL;
	const char *path;
	int r = sd_bus_call_method(bus, SYSTEMD, "/org/freedesktop/systemd1", SYSTEMD ".Manager", "GetUnitByPID", NULL,
				   &reply, "u", (uint32_t)getpid());

	if (r >= 0)
		r = sd_bus_message_read(reply, "o", &path);
	if (r >= 0)
		*ret_path = xstrdup(path);
	sd_bus_message_unref(reply);
	return r;
}

/* "/": the unit has no job. */
static int find_job(sd_bus *bus, const char *unit, char **ret_path)
{
	sd_bus_message *reply = NULL;
	const char *path;
	uint32_t id;
	int r = sd_bus_get_property(bus, SYSTEMD, unit, SYSTEMD ".Unit", "Job", NULL, &reply, "(uo)");

	if (r >= 0)
		r = sd_bus_message_read(reply, "(uo)", &id, &path);
	if (r >= 0)
		*ret_path = xstrdup(path);
	sd_bus_message_unref(reply);
	return r;
}

static int ask(sd_bus *bus, enum stop_reason *ret_reason)
{
	_cleanup_free_ char *state = NULL, *unit = NULL, *job = NULL, *type = NULL;
	int r = get_text(bus, "/org/freedesktop/systemd1", SYSTEMD ".Manager", "SystemState", &state);

	if (r >= 0 && streq(state, "stopping")) {
		*ret_reason = STOP_FOR_SHUTDOWN;
		return 0;
	}
	if (r >= 0)
		r = find_unit(bus, &unit);
	if (r >= 0)
		r = find_job(bus, unit, &job);
	if (r < 0 || streq(job, "/"))
		return r;
	/* While the unit stops, the job of `systemctl restart' is of type "restart"; then it becomes one of type "start". */
	r = get_text(bus, job, SYSTEMD ".Job", "JobType", &type);
	if (r >= 0 && strstr(type, "restart"))
		*ret_reason = STOP_FOR_RESTART;
	return r;
}

enum stop_reason stop_ask_reason(struct evpn_error *err)
{
	enum stop_reason reason = STOP_FOR_GOOD;
	sd_bus *bus = NULL;
	int r = connect_to(OWN_SOCKET, &bus);

	if (r >= 0)
		r = ask(bus, &reason);
	if (r < 0)
		evpn_fail(err, -r, "%s: %s", OWN_SOCKET, strerror(-r));
	sd_bus_unref(bus);
	return reason;
}
