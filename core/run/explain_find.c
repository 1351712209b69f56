/* SPDX-License-Identifier: Apache-2.0 */
/* explain_find.c - the subject in evpn.conf, and what the last run has made of it; see explain_ask.h */
#include <stdio.h>

#include "base/util.h"
#include "run/explain_ask_parts.h"
#include "run/steps.h"

bool explain_set_vni(struct explain_facts *facts, uint32_t vni)
{
	const struct config *config = facts->config;

	for (size_t i = 0; config && i < config->n_l2vnis; i++)
		if (config->l2vnis[i].vni == vni)
			facts->l2 = &config->l2vnis[i];
	for (size_t i = 0; config && !facts->l2 && i < config->n_l3vnis; i++)
		if (config->l3vnis[i].vni == vni)
			facts->l3 = &config->l3vnis[i];
	if (!facts->l2 && !facts->l3)
		return false;
	facts->subject.vni = vni;
	return true;
}

/* The L2VNI of which a gateway has the address in its subnet. NULL: none. */
static const struct config_l2vni *find_subnet(const struct config *config, const struct ipaddr *ip, const char *vrf)
{
	for (size_t i = 0; i < config->n_l2vnis; i++) {
		const struct config_l2vni *l2 = &config->l2vnis[i];

		for (size_t j = 0; j < l2->n_gateways; j++)
			if (ipaddr_overlap(&l2->gateways[j], ip) && (!vrf[0] || streq(l2->vrf, vrf)))
				return l2;
	}
	return NULL;
}

void explain_find_config(const struct daemon *daemon, struct explain_facts *facts)
{
	struct explain_subject *subject = &facts->subject;
	const struct config_l2vni *l2;

	facts->config = daemon->setup.config;
	if (!facts->config)
		return;
	if (subject->vni) {
		explain_set_vni(facts, subject->vni);
	} else if (subject->kind == EXPLAIN_IP) {
		l2 = find_subnet(facts->config, &subject->ip, subject->vrf);
		if (l2)
			explain_set_vni(facts, l2->vni);
		else if (subject->vrf[0] && config_find_vrf(facts->config, subject->vrf))
			explain_set_vni(facts, config_find_vrf(facts->config, subject->vrf)->vni);
	}
}

/* The run's line about this VNI; NULL: none. */
static const char *find_problem(const struct run *run, uint32_t vni)
{
	char label[48];
	size_t len = (size_t)snprintf(label, sizeof(label), "vni %u", vni);

	for (size_t i = 0; i < run->problems.n_lines; i++) {
		const char *at = strstr(run->problems.lines[i], label);

		if (at && (at[len] < '0' || at[len] > '9'))
			return run->problems.lines[i];
	}
	return NULL;
}

static void set(struct explain_facts *facts, enum explain_applied applied, const char *why, ...)
	__attribute__((format(printf, 3, 4)));
static void set(struct explain_facts *facts, enum explain_applied applied, const char *why, ...)
{
	va_list ap;

	va_start(ap, why);
	facts->applied = applied;
	free(facts->applied_why);
	facts->applied_why = xvasprintf(why, ap);
	va_end(ap);
}

void explain_find_applied(const struct daemon *daemon, struct explain_facts *facts)
{
	const struct explain_subject *subject = &facts->subject;
	const struct run *run = &daemon->run;
	const char *problem;

	if (!facts->config) {
		set(facts, EXPLAIN_NOT_APPLIED, "evpnd has no configuration yet");
	} else if (subject->vni && !facts->l2 && !facts->l3) {
		set(facts, EXPLAIN_NOT_CONFIGURED, "VNI %u is not in evpn.conf", subject->vni);
	} else if (subject->vrf[0] && !facts->l2 && !facts->l3) {
		set(facts, EXPLAIN_NOT_CONFIGURED, "VRF %s is not in evpn.conf", subject->vrf);
	} else if (daemon->options.goal == RUN_DOWN) {
		set(facts, EXPLAIN_NOT_APPLIED, "evpnd is taken down; `evpnctl up' puts evpn.conf in force again");
	} else if (daemon->state.phase == PIPELINE_WAITING) {
		set(facts, EXPLAIN_NOT_APPLIED, "evpnd waits in step \"%s\": %s",
		    pipeline_step_name(daemon->state.step), run->err.msg);
	} else if (run->failed && subject->vni && steps_vni_failed(run, subject->vni)) {
		problem = find_problem(run, subject->vni);
		set(facts, EXPLAIN_NOT_APPLIED, "the last run could not make VNI %u: %s", subject->vni,
		    problem ? problem : run->err.msg);
	} else if (daemon->state.phase == PIPELINE_FAILED) {
		set(facts, EXPLAIN_RUN_FAILED, "%s", run->err.msg);
	}
}
