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

static int start_check(struct run *run, char *vtysh)
{
	char *const argv[] = { vtysh, (char[]){ "-C" }, (char[]){ "-f" }, run->config->frr.source, NULL };

	run->check_ended = false;
	if (child_start(&run->check, argv, &run->err) < 0)
		return -1;
	run->wait_ms = CHECK_LIMIT_MS;
	return evpn_wait(&run->err, "%s checks the syntax of %s", vtysh, run->config->frr.source);
}

static int finish_check(struct run *run)
{
	_cleanup_free_ char *output = NULL;
	int status = 0;

	if (!run->check_ended) {
		child_kill(&run->check);
		return evpn_fail(&run->err, ETIMEDOUT, "the syntax check (vtysh -C -f %s) did not end within %d s",
				 run->config->frr.source, CHECK_LIMIT_MS / 1000);
	}
	child_finish(&run->check, &status, &output);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return 1;
	return evpn_fail(
		&run->err, EVPN_ERROR_REFUSED,
		"frr.source %s is refused by vtysh -C, and not installed; FRR goes on with the former file:\n%s",
		run->config->frr.source, output);
}

/* 1: the syntax of `text` is good, or nobody is at hand who could tell. */
static int check_syntax(struct run *run, const char *text)
{
	_cleanup_free_ char *vtysh = NULL;
	int r;

	if (run->check.pid) {
		r = finish_check(run);
		if (r <= 0)
			return r;
	} else if (!run->reload.checked || !streq(run->reload.checked, text)) {
		vtysh = frrfile_find_vtysh(&run->config->frr);
		free(run->reload.checked);
		run->reload.checked = xstrdup(text);
		if (vtysh)
			return start_check(run, vtysh);
	}
	/* The file changed while it was being checked: check what it is now. */
	return streq(run->reload.checked, text) ? 1 : check_syntax(run, text);
}

int steps_frr_install(struct run *run)
{
	const struct config_frr *frr = &run->config->frr;
	_cleanup_free_ char *text = NULL;
	int r;

	if (frrfile_read_source(frr, &text, &run->err) < 0)
		return -1;
	if (run->reload.refused && streq(run->reload.refused, text) && run->reload.refused_by == run->frr_instance) {
		run->err = run->reload.refusal;
		return run->reload.going_back ? 1 : -1;
	}
	if (frrfile_is_installed(frr, text))
		return 1;
	r = check_syntax(run, text);
	if (r <= 0) {
		/* A bad verdict is on this text only: asked again, it is checked again. */
		if (r < 0)
			free(util_take_ptr(&run->reload.checked));
		return r;
	}
	if (record_make_dir(run->options.state_dir, &run->err) < 0)
		return -1;
	record_clear_loaded(run->options.state_dir);
	run->reload.pending = run->reload.going_back = false;
	return frrfile_install(frr, run->options.state_dir, text, &run->err) < 0 ? -1 : 1;
}

static int went_back(struct run *run, int r)
{
	struct evpn_error err = run->reload.refusal;

	run->reload.going_back = false;
	if (r > 0 &&
	    record_set_loaded(run->options.state_dir, run->config->frr.config, run->frr_instance, &run->err) < 0)
		return -1;
	if (r < 0)
		log_warning("going back to the former frr.conf: %s", run->err.msg);
	run->err = err;
	return -1;
}

/* FRR has refused what is installed: remember it, and put back what FRR accepted before. */
static int go_back(struct run *run)
{
	_cleanup_free_ char *text = NULL;
	struct evpn_error ignored = { 0 }, refusal = run->err;
	int r;

	if (frrfile_read_source(&run->config->frr, &text, &ignored) == 0) {
		free(run->reload.refused);
		run->reload.refused = util_take_ptr(&text);
		run->reload.refused_by = run->frr_instance;
	}
	r = frrfile_go_back(&run->config->frr, run->options.state_dir, &run->err);
	if (r < 0) {
		log_warning("going back to the former frr.conf: %s", run->err.msg);
		run->err = refusal;
	}
	evpn_fail(&run->reload.refusal, EVPN_ERROR_REFUSED, "FRR refuses frr.source %s%s:\n%.1500s",
		  run->config->frr.source, r > 0 ? "; the former frr.conf is back in place" : "", refusal.msg);
	run->err = run->reload.refusal;
	if (r <= 0)
		return -1;
	run->reload.going_back = true;
	return steps_frr_reload(run);
}

int steps_frr_reload(struct run *run)
{
	const struct config_frr *frr = &run->config->frr;
	const char *state_dir = run->options.state_dir;
	struct run_reload *reload = &run->reload;
	int r;

	if (!reload->going_back && record_is_loaded(state_dir, frr->config, run->frr_instance))
		return 1;
	if (!reload->pending) {
		record_clear_loaded(state_dir);
		reload->generation++;
		reload->pending = true;
	}
	r = run->frr->api.reload_frr(run->frr->self, frr->config, reload->generation, &run->err);
	if (r == 0)
		return 0;
	reload->pending = false;
	if (reload->going_back)
		return went_back(run, r);
	if (r < 0)
		return run->err.code == EVPN_ERROR_REFUSED ? go_back(run) : -1;
	run->reloaded = true;
	if (frrfile_accept(frr, state_dir, &run->err) < 0 ||
	    record_set_loaded(state_dir, frr->config, run->frr_instance, &run->err) < 0)
		return -1;
	return 1;
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

	if (n == 0)
		return 1;
	return evpn_fail(&run->err, EIO, "%zu %s; everything else is in place", n,
			 n == 1 ? "thing could not be brought about" : "things could not be brought about");
}

int steps_frr_verify(struct run *run)
{
	int judgement = 0, r;

	if (!run->frr->api.query_frr)
		return finish(run);
	if (!run->verify_since)
		run->verify_since = now_ms();
	r = ask(run, &judgement);
	/* A plugin that can signal but not ask (the plain protocol): its user has chosen not to know. */
	if (r < 0 && run->err.code == ENOTSUP)
		return finish(run);
	if (r <= 0)
		return r;
	if (judgement > 0)
		return finish(run);
	if (judgement < 0)
		return -1;
	if (now_ms() - run->verify_since >= VERIFY_LIMIT_MS)
		return -1;
	run->wait_ms = VERIFY_PAUSE_MS;
	return 0;
}
