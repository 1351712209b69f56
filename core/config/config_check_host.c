/* SPDX-License-Identifier: Apache-2.0 */
/* config_check_host.c - checks the host's routes by the ends of VNIs: l3vnis.host, l2vnis.host; see config_parts.h */
#include <sys/socket.h>

#include "base/util.h"
#include "config/config_check_parts.h"

/* One group `host'. */
struct end {
	const struct config_host *host;
	const config_setting_t *s;
	const char *path; /* "l2vnis.host" */
};

/* The kernel takes a next hop only if it is on the link, and no address of the host itself. */
static void check_via(struct checker *c, const struct end *end, const struct ipaddr *via, const config_setting_t *s)
{
	const struct config_host *host = end->host;
	bool reachable = false;

	for (size_t i = 0; i < host->n_addresses; i++) {
		const struct ipaddr *ip = &host->addresses[i];

		/* A wrong address, which is reported, might be the one. Link-local next hops need IPv6 on the link. */
		if (!ipaddr_is_set(ip) || (ipaddr_is_link_local(via) && ip->family == via->family))
			reachable = true;
		if (!ipaddr_is_set(ip) || !ipaddr_overlap(via, ip))
			continue;
		reachable = true;
		if (ipaddr_same(via, ip))
			config_problem_unusable(c->r, s, "is in `addresses' of this end: use that of the next router");
		else if (ipaddr_is_broadcast_of(via, ip))
			config_problem_unusable(c->r, s, "is the broadcast address of its subnet: use another one");
	}
	if (!reachable)
		config_problem_unusable(c->r, s,
					"is in no subnet of `addresses' of this end, so the kernel refuses it as next "
					"hop");
}

/* Of two routes to one destination with one metric the kernel takes the first alone. Tables of VRFs are different ones. */
static void use_route(struct checker *c, const struct end *end, const config_setting_t *s, const struct ipaddr *to,
		      uint32_t metric)
{
	char text[IPADDR_TEXT_SIZE];

	config_use(c->r, s,
		   xasprintf("route to %s, metric %u, on the host%s%s", ipaddr_format(to, true, text), metric,
			     end->host->vrf[0] ? " in VRF " : "", end->host->vrf),
		   NULL);
}

static void check_gateways(struct checker *c, const struct end *end)
{
	const config_setting_t *s = member(end->s, "gateway");

	for (size_t i = 0; i < end->host->n_gateways; i++) {
		const struct ipaddr *via = &end->host->gateways[i], any = { .family = via->family };
		const config_setting_t *at = element(s, i);

		if (!ipaddr_is_set(via))
			continue;
		check_via(c, end, via, at);
		use_route(c, end, at, &any, end->host->metric);
	}
}

static void check_route(struct checker *c, const struct end *end, const struct config_route *route,
			const config_setting_t *s)
{
	char prefix[IPADDR_TEXT_SIZE], via[IPADDR_TEXT_SIZE];

	if (!ipaddr_is_set(&route->prefix))
		return;
	use_route(c, end, s, &route->prefix, route->metric);
	for (size_t i = 0; i < end->host->n_addresses; i++) {
		struct ipaddr network;

		ipaddr_network(&end->host->addresses[i], &network);
		if (ipaddr_is_set(&network) && ipaddr_compare(&network, &route->prefix) == 0)
			config_problem_unusable(c->r, member(s, "prefix"),
						"is the subnet of this end itself: remove the route");
	}
	if (!ipaddr_is_set(&route->via))
		return;
	if (route->via.family == route->prefix.family)
		check_via(c, end, &route->via, member(s, "via"));
	else
		PROBLEM(c, member(s, "via"), "%s.routes.via: %s is not of the address family of prefix %s", end->path,
			ipaddr_format(&route->via, false, via), ipaddr_format(&route->prefix, true, prefix));
}

/* A port of a bridge that evpnd does not create has no addresses: the routes are the bridge's, which is another program's. */
static bool is_port(struct checker *c, const struct end *end)
{
	static const char *const keys[] = { "gateway", "metric", "routes" };
	const struct config_host *host = end->host;
	const char *bridge = host->ovs_bridge[0] ? host->ovs_bridge : host->managed ? "" : host->bridge;

	for (size_t i = 0; bridge[0] && i < ARRAY_LEN(keys); i++)
		if (has(end->s, keys[i]))
			PROBLEM(c, member(end->s, keys[i]),
				"%s.%s: %s is a port of bridge %s and cannot have routes: add them to the bridge",
				end->path, keys[i], host->interface, bridge);
	return bridge[0];
}

static void check_end(struct checker *c, const struct end *end)
{
	const config_setting_t *routes = member(end->s, "routes");

	if (!end->host->set || !config_setting_is_group(end->s) || is_port(c, end))
		return;
	if (has(end->s, "metric") && !has(end->s, "gateway"))
		PROBLEM(c, member(end->s, "metric"), "%s.metric: it is that of `gateway', which is missing", end->path);
	check_gateways(c, end);
	for (size_t i = 0; i < end->host->n_routes; i++)
		check_route(c, end, &end->host->routes[i], element(routes, i));
}

void config_check_host_routes(struct config_reader *r)
{
	struct checker c = { .r = r, .config = r->config };
	const config_setting_t *l3vnis = member(r->root, "l3vnis"), *l2vnis = member(r->root, "l2vnis");

	for (size_t i = 0; i < r->config->n_l3vnis; i++)
		check_end(&c, &(struct end){ &r->config->l3vnis[i].host, member(element(l3vnis, i), "host"),
					     "l3vnis.host" });
	for (size_t i = 0; i < r->config->n_l2vnis; i++)
		check_end(&c, &(struct end){ &r->config->l2vnis[i].host, member(element(l2vnis, i), "host"),
					     "l2vnis.host" });
}
