/* SPDX-License-Identifier: Apache-2.0 */
/* health_case.c - see health_case.h */
#include <check.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/log.h"
#include "base/util.h"
#include "health_case.h"

void __wrap_log_line(enum evpn_log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

struct health_case hc;

static struct config_l2vni l2 = { .vni = 110 };

void __wrap_log_line(enum evpn_log_level level, const char *format, ...)
{
	size_t len = strlen(hc.logged);
	va_list ap;

	if (level == EVPN_LOG_DEBUG)
		return;
	len += (size_t)snprintf(hc.logged + len, sizeof(hc.logged) - len, "<%d>", (int)level);
	va_start(ap, format);
	vsnprintf(hc.logged + len, sizeof(hc.logged) - len, format, ap);
	va_end(ap);
	strcat(hc.logged, "\n");
}

void health_case_log_is(const char *text)
{
	ck_assert_str_eq(hc.logged, text);
	hc.logged[0] = '\0';
}

void health_case_log_has(const char *words)
{
	ck_assert_msg(strstr(hc.logged, words) != NULL, "no `%s' in: %s", words, hc.logged);
	hc.logged[0] = '\0';
}

void health_case_status_is(const char *text)
{
	_cleanup_free_ char *status = health_check_text(&hc.d->health, "1 L2VNI");

	ck_assert_str_eq(status, text);
}

void health_case_sessions(const char *text)
{
	run_case_answer(&hc.c, "bgpd", HEALTH_SESSIONS, 1, text);
}

void health_case_frr_shows(const char *bgpd)
{
	run_case_answer(&hc.c, "bgpd", RUNNING_CONFIG, 1, bgpd);
}

void health_case_converged(size_t n_changes)
{
	struct net *desired = &hc.d->run.seen.desired;
	struct net_link *link;

	run_begin(&hc.d->run);
	link = util_append(&desired->links, &desired->n_links, sizeof(*link));
	link->ns = NET_NS_FRR;
	net_set_name(link->name, "vni110");
	util_append(&desired->groups, &desired->n_groups, sizeof(struct net_group));
	hc.d->run.failed = xcalloc(1, sizeof(bool));
	hc.d->run.n_changes = n_changes;
	hc.d->state.phase = PIPELINE_CONVERGED;
}

void health_case_begin(void)
{
	run_case_begin(&hc.c, RUN_UP);
	hc.d = &hc.c.daemon;
	hc.c.config.l2vnis = &l2;
	hc.c.config.n_l2vnis = 1;
	hc.c.config.health.interval = EACH_MS / 1000;
	hc.c.config.health.grace = GRACE_MS / 1000;
	ck_assert(ipaddr_parse("100.65.0.2", false, &hc.c.config.underlay.vtep));
	run_case_answer(&hc.c, NULL, RUNNING_DAEMONS, 1, "zebra bgpd");
	run_case_answer(&hc.c, "zebra", VERSION_QUESTION, 1, "FRRouting 10.7.0 (node)");
	run_case_answer(&hc.c, "zebra", HEALTH_ZEBRA_VNIS, 1, ZEBRA);
	run_case_answer(&hc.c, "zebra", HEALTH_NEXT_HOPS, 1, "");
	run_case_answer(&hc.c, "zebra", RUNNING_CONFIG, 1, "hostname node\n");
	run_case_answer(&hc.c, "bgpd", HEALTH_BGP_VNIS, 1, BGP("100.65.0.2:2"));
	run_case_answer(&hc.c, "bgpd", OWN, 1, ROUTES("100.65.0.2"));
	health_case_sessions(SESSIONS("Established", "Established"));
	health_case_frr_shows("router bgp 1\n");
	running_add(&hc.d->frr.shown, "zebra", "hostname node\n");
	running_add(&hc.d->frr.shown, "bgpd", "router bgp 1\n");
	hc.d->frr.shown.instance = 7;
	health_case_converged(1);
	hc.logged[0] = '\0';
}

void health_case_end(void)
{
	run_case_end(&hc.c);
}

uint32_t health_case_look(uint32_t after_ms)
{
	run_case_now_ms += after_ms;
	return health_check_look(hc.d);
}

void health_case_healthy(void)
{
	ck_assert_uint_eq(health_check_begin(hc.d), EACH_MS);
	ck_assert_int_eq(hc.d->health.state, HEALTHY);
	health_case_log_is("<6>healthy: 2 of 2 sessions established, 1 remote VTEPs\n");
}
