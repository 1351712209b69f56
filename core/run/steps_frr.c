/* SPDX-License-Identifier: Apache-2.0 */
/* steps_frr.c - see steps_frr.h */
#include <errno.h>
#include <sys/wait.h>

#include "frrfile.h"
#include "log.h"
#include "steps_frr.h"
#include "util.h"
#include "verify.h"

/* vtysh -C reads a file and talks to nobody. */
#define CHECK_LIMIT_MS 30000
/*
 * zebra learns of a raised device by netlink and answers vtysh from the same loop: a VNI is there within milliseconds,
 * or after its queue is worked off. FRR has no event for it.
 */
#define VERIFY_PAUSE_MS 50
#define VERIFY_LIMIT_MS 10000

static uint64_t now_ms(void)
{
	return steps_now_us() / 1000;
}

/*
 * The text comes by stdin: what is generated is in no file yet, and its passwords need not be in one more. Not every
 * system has /dev/stdin.
 */
static int start_check(struct run *run, char *vtysh, const char *text)
{
	char *const argv[] = { vtysh, (char[]){ "-C" }, (char[]){ "-f" }, (char[]){ "/proc/self/fd/0" }, NULL };
	_cleanup_free_ char *name = frrfile_name(&run->config->frr);

	run->check_ended = false;
	if (child_start(&run->check, argv, text, &run->err) < 0)
		return -1;
	run->wait_ms = CHECK_LIMIT_MS;
	run->check_until = now_ms() + CHECK_LIMIT_MS;
	return evpn_wait(&run->err, "%s checks the syntax of %s", vtysh, name);
}

static int finish_check(struct run *run)
{
	_cleanup_free_ char *output = NULL, *name = frrfile_name(&run->config->frr);
	int status = 0;

	if (!run->check_ended) {
		child_kill(&run->check);
		return evpn_fail(&run->err, ETIMEDOUT, "the syntax check (vtysh -C) of %s did not end within %d s",
				 name, CHECK_LIMIT_MS / 1000);
	}
	child_finish(&run->check, &status, &output);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 1;
	return evpn_fail(&run->err, EVPN_ERROR_REFUSED, "%s is refused by vtysh -C, and not installed:\n%s", name,
			 output);
}

/* Has vtysh check the text. 1: nobody is at hand who could. */
static int begin_check(struct run *run, const char *text)
{
	_cleanup_free_ char *vtysh = frrfile_find_vtysh(&run->config->frr);

	free(run->reload.checked);
	run->reload.checked = xstrdup(text);
	return vtysh ? start_check(run, vtysh, text) : 1;
}

/* 1: the syntax of `text` is good, or nobody is at hand who could tell. */
static int check_syntax(struct run *run, const char *text)
{
	_cleanup_free_ char *name = frrfile_name(&run->config->frr);
	int r;

	if (run->check.pid && !run->check_ended && now_ms() < run->check_until) {
		run->wait_ms = (unsigned int)(run->check_until - now_ms());
		return evpn_wait(&run->err, "the syntax check of %s runs", name);
	}
	if (run->check.pid) {
		r = finish_check(run);
		if (r <= 0)
			return r;
	}
	/* It may have changed while it was being checked: then what it says now is checked. */
	return run->reload.checked && streq(run->reload.checked, text) ? 1 : begin_check(run, text);
}

/*
 * What is wanted cannot be had (run->err says why). Where FRR accepted a file before, the run goes on with that
 * one: an FRR that restarts meanwhile needs its devices raised. The run still ends as failed, with this reason.
 */
static int refuse(struct run *run)
{
	struct run_reload *reload = &run->reload;
	struct evpn_error why = run->err;
	int r = frrfile_go_back(&run->config->frr, run->options.state_dir, &run->err);

	if (r < 0)
		evpn_fail(&reload->refusal, why.code, "%.1500s\nand the former frr.conf cannot be put back: %.400s",
			  why.msg, run->err.msg);
	else
		evpn_fail(&reload->refusal, why.code, "%s%.1900s",
			  r > 0 ? "FRR goes on with its former frr.conf: " : "", why.msg);
	/* What was demanded before is not what stands there now. */
	if (!reload->stale)
		reload->pending = false;
	reload->stale = r > 0;
	run->err = reload->refusal;
	return r > 0 ? 1 : -1;
}

/*
 * 1: *ret_text is what is to be installed, NULL where it is already; 0: its syntax is being checked;
 * <0: not this one.
 */
static int take_text(struct run *run, char **ret_text)
{
	const struct config_frr *frr = &run->config->frr;
	struct run_reload *reload = &run->reload;
	_cleanup_free_ char *text = NULL;
	int r = 1;

	if (frrfile_wanted(run->config, &text, &run->err) < 0)
		return -1;
	if (reload->refused && streq(reload->refused, text) && reload->refused_by == run->frr_instance) {
		run->err = reload->refused_why;
		return -1;
	}
	if (frrfile_is_installed(frr, text))
		free(util_take_ptr(&text));
	else
		r = check_syntax(run, text);
	/* A bad verdict is on this text only: asked again, it is checked again. */
	if (r < 0)
		free(util_take_ptr(&reload->checked));
	if (r > 0)
		*ret_text = util_take_ptr(&text);
	return r;
}

static bool plans_macvlan(const struct run *run)
{
	for (size_t i = 0; i < run->plan.n_ops; i++)
		if (run->plan.ops[i].link && run->plan.ops[i].link->kind == NET_KIND_MACVLAN &&
		    run->plan.ops[i].type != OP_LINK_DELETE)
			return true;
	return false;
}

int steps_frr_guard(struct run *run)
{
	const char *version = NULL;
	int r;

	if (!plans_macvlan(run) || !run->frr->api.query_frr)
		return 1;
	r = run->frr->api.query_frr(run->frr->self, VERIFY_VERSION, &version, &run->err);
	if (r < 0 && run->err.code == ENOTSUP)
		return 1;
	if (r <= 0)
		return r;
	return verify_takes_macvlan(version, &run->err) ? 1 : -1;
}

int steps_frr_check(struct run *run)
{
	_cleanup_free_ char *text = NULL;

	return frrfile_has_accepted(run->options.state_dir) ? 1 : take_text(run, &text);
}

int steps_frr_install(struct run *run)
{
	const struct config_frr *frr = &run->config->frr;
	_cleanup_free_ char *text = NULL;
	int r = take_text(run, &text);

	if (r < 0)
		return refuse(run);
	if (r == 0)
		return 0;
	run->reload.stale = false;
	if (!text)
		return 1;
	run->reload.pending = false;
	return frrfile_install(frr, run->options.state_dir, text, &run->err) < 0 ? refuse(run) : 1;
}

/* FRR has refused what is installed: remember it, so that it is not tried again and again. */
static void remember_refusal(struct run *run)
{
	struct run_reload *reload = &run->reload;
	struct evpn_error why = run->err, ignored = { 0 };
	_cleanup_free_ char *text = NULL, *name = frrfile_name(&run->config->frr);

	evpn_fail(&run->err, EVPN_ERROR_REFUSED, "FRR refuses %s:\n%.1500s", name, why.msg);
	if (frrfile_wanted(run->config, &text, &ignored) < 0)
		return;
	free(reload->refused);
	reload->refused = util_take_ptr(&text);
	reload->refused_by = run->frr_instance;
	reload->refused_why = run->err;
}

/* FRR has loaded the installed file. */
static int loaded(struct run *run)
{
	const struct config_frr *frr = &run->config->frr;
	const char *state_dir = run->options.state_dir;

	run->reloaded = true;
	if (!run->reload.stale && frrfile_accept(frr, state_dir, &run->err) < 0)
		return -1;
	return record_set_loaded(state_dir, frr->config, run->frr_instance, &run->err) < 0 ? -1 : 1;
}

/* The demand: 1 FRR runs the installed file, 0 asked, <0 failed. */
static int demand(struct run *run)
{
	const struct config_frr *frr = &run->config->frr;
	struct run_reload *reload = &run->reload;
	int r;

	if (record_is_loaded(run->options.state_dir, frr->config, run->frr_instance))
		return 1;
	if (!reload->pending) {
		record_clear_loaded(run->options.state_dir);
		reload->generation++;
		reload->pending = true;
	}
	r = run->frr->api.reload_frr(run->frr->self, frr->config, reload->generation, &run->err);
	reload->pending = r == 0;
	return r > 0 ? loaded(run) : r;
}

int steps_frr_reload(struct run *run)
{
	struct run_reload *reload = &run->reload;
	int r = demand(run);

	if (r < 0 && run->err.code == EVPN_ERROR_REFUSED && !reload->stale) {
		remember_refusal(run);
		if (refuse(run) < 0)
			return -1;
		/* frr-reload applies line by line: what FRR took of the refused file goes by loading the former one. */
		r = demand(run);
	}
	if (r == 0)
		return 0;
	if (r < 0 && reload->stale)
		log_warning("going back to the former frr.conf: %s", run->err.msg);
	/* Without any configuration in FRR there is nothing to raise devices for. */
	if (reload->stale && (r < 0 || frrfile_is_empty(&run->config->frr))) {
		run->err = reload->refusal;
		return -1;
	}
	return r;
}

void steps_frr_forget(struct run *run)
{
	record_clear_loaded(run->options.state_dir);
	/* An answer to the present demand may be of before that. */
	run->reload.pending = false;
}

static bool skip_vni(void *arg, uint32_t vni)
{
	const struct run *run = arg;
	char name[IFNAMSIZ];
	const struct net_link *link;

	snprintf(name, sizeof(name), "vni%u", vni);
	link = net_find_link(&run->desired, NET_NS_FRR, name);
	return !link || plan_group_in(&run->desired, run->failed, link->group);
}

/* Asks both questions, one after the other. 1: *ret_judgement is verify_judge's. */
static int ask(struct run *run, int *ret_judgement)
{
	const struct evpn_plugin *api = &run->frr->api;
	const char *text = NULL;
	int r;

	if (!run->evpn_vni) {
		r = api->query_frr(run->frr->self, VERIFY_EVPN_VNI, &text, &run->err);
		if (r <= 0)
			return r;
		run->evpn_vni = xstrdup(text);
	}
	r = api->query_frr(run->frr->self, VERIFY_VRF_VNI, &text, &run->err);
	if (r <= 0)
		return r;
	*ret_judgement = verify_judge(run->config, run->evpn_vni, text, skip_vni, run, &run->err);
	free(util_take_ptr(&run->evpn_vni));
	return 1;
}

static int finish(struct run *run)
{
	size_t n = run->problems.n_lines;

	if (run->reload.stale) {
		run->err = run->reload.refusal;
		return -1;
	}
	if (n == 0)
		return 1;
	return evpn_fail(&run->err, EIO, "%zu %s; everything else is in place", n,
			 n == 1 ? "thing could not be brought about" : "things could not be brought about");
}

int steps_frr_verify(struct run *run)
{
	int judgement = 0, r;

	/* The former frr.conf is no answer to what evpn.conf says now. */
	if (!run->frr->api.query_frr || run->reload.stale)
		return finish(run);
	r = ask(run, &judgement);
	/* A plugin that can signal but not ask (the plain protocol): its user has chosen not to know. */
	if (r < 0 && run->err.code == ENOTSUP)
		return finish(run);
	if (r <= 0)
		return r;
	if (judgement > 0) {
		/* Two answers since the last link was made. */
		run->unseen = false;
		return finish(run);
	}
	if (judgement < 0)
		return -1;
	/* From FRR's first answer on: where the way to FRR is slow, it still gets its moment. */
	if (!run->verify_since)
		run->verify_since = now_ms();
	if (now_ms() - run->verify_since >= VERIFY_LIMIT_MS)
		return -1;
	run->wait_ms = VERIFY_PAUSE_MS;
	return 0;
}
