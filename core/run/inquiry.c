/* SPDX-License-Identifier: Apache-2.0 */
/* inquiry.c - see inquiry.h */
#include <errno.h>

#include "base/clock.h"
#include "base/util.h"
#include "frr/running.h"
#include "run/inquiry.h"
#include "run/plugin_call.h"

/* FRR has 21 daemons. */
#define DAEMONS_MAX 64
/* All answers together; those of a node with 4,000 VNIs have about 12 MB. */
#define ANSWERS_MAX_MIB 48u

void inquiry_clear(struct inquiry *inquiry)
{
	for (size_t i = 0; i < inquiry->n_questions; i++) {
		free(inquiry->questions[i].daemon);
		free(inquiry->questions[i].command);
		free(inquiry->questions[i].answer);
	}
	free(inquiry->questions);
	*inquiry = (struct inquiry){ 0 };
}

void inquiry_add(struct inquiry *inquiry, const char *daemon, const char *command)
{
	struct question *question = util_append(&inquiry->questions, &inquiry->n_questions, sizeof(*question));

	question->daemon = daemon ? xstrdup(daemon) : NULL;
	question->command = xstrdup(command);
}

/* As a callback of the plugin: >0, 0, <0. */
static int ask(const struct inquiry *inquiry, struct plugin *frr, const struct question *question,
	       const char **ret_text, struct evpn_error *err)
{
	int r = plugin_ask(frr, PLUGIN_ASK_DAEMON, inquiry->asker, question->daemon, question->command, ret_text, err);

	if (r >= 0 || err->code != ENOTSUP || !inquiry->by_vtysh || !frr->api.query_frr)
		return r;
	return plugin_ask(frr, PLUGIN_QUERY_FRR, inquiry->asker, NULL, question->command, ret_text, err);
}

/* The same; a question that has waited too long has failed. */
static int ask_in_time(const struct inquiry *inquiry, struct plugin *frr, struct question *question,
		       const char **ret_text)
{
	uint64_t now = clock_ms();
	int r;

	if (!question->since_ms)
		question->since_ms = now;
	question->err = (struct evpn_error){ 0 };
	r = ask(inquiry, frr, question, ret_text, &question->err);
	if (r != 0 || now - question->since_ms < INQUIRY_LIMIT_MS)
		return r;
	return evpn_fail(&question->err, ETIMEDOUT, "plugin %s: no answer to `%s' of %s within %d s", frr->api.name,
			 question->command, question->daemon ? question->daemon : "FRR", INQUIRY_LIMIT_MS / 1000);
}

/* A daemon that did not run or answer a moment ago is not waited for again. */
static const struct question *find_silent(const struct inquiry *inquiry, const char *daemon)
{
	for (size_t i = 0; daemon && i < inquiry->n_answered; i++) {
		const struct question *question = &inquiry->questions[i];

		if ((question->err.code == ETIMEDOUT || question->err.code == ENOENT) && question->daemon &&
		    streq(question->daemon, daemon))
			return question;
	}
	return NULL;
}

static void keep(struct inquiry *inquiry, struct question *question, const char *text)
{
	size_t len = strlen(text);

	if (len + inquiry->answers_len > (size_t)ANSWERS_MAX_MIB << 20) {
		evpn_fail(&question->err, EFBIG, "FRR's daemons answer with more than %u MiB, and evpnd keeps no more",
			  ANSWERS_MAX_MIB);
		return;
	}
	inquiry->answers_len += len;
	question->answer = xstrdup(text);
}

int inquiry_ask(struct inquiry *inquiry, struct plugin *frr, struct evpn_error *err)
{
	if (!inquiry->asker)
		inquiry->asker = plugin_new_asker(frr);
	for (; inquiry->n_answered < inquiry->n_questions; inquiry->n_answered++) {
		struct question *question = &inquiry->questions[inquiry->n_answered];
		const struct question *silent = find_silent(inquiry, question->daemon);
		const char *text = NULL;
		int r;

		if (silent) {
			question->err = silent->err;
			continue;
		}
		r = ask_in_time(inquiry, frr, question, &text);
		if (r == 0) {
			*err = question->err;
			return 0;
		}
		if (r > 0)
			keep(inquiry, question, text);
	}
	return 1;
}

const char *inquiry_answer(const struct inquiry *inquiry, const char *daemon, const char *command)
{
	for (size_t i = 0; i < inquiry->n_questions; i++) {
		const struct question *question = &inquiry->questions[i];
		bool is_same = daemon && question->daemon ? streq(question->daemon, daemon)
							  : !daemon && !question->daemon;

		if (is_same && streq(question->command, command))
			return question->answer;
	}
	return NULL;
}

const struct question *inquiry_find_failed(const struct inquiry *inquiry, int ignored)
{
	for (size_t i = 0; i < inquiry->n_answered; i++)
		if (!inquiry->questions[i].answer && (!ignored || inquiry->questions[i].err.code != ignored))
			return &inquiry->questions[i];
	return NULL;
}

void inquiry_add_daemons(struct inquiry *inquiry, const char *daemons)
{
	_cleanup_free_ char *names = xstrdup(daemons);
	char *rest = names, *name;
	size_t n = 0;

	while (n < DAEMONS_MAX && (name = strsep(&rest, " \r\n")))
		if (name[0] && n++ < DAEMONS_MAX)
			inquiry_add(inquiry, name, RUNNING_CONFIG);
}

int inquiry_running(struct inquiry *inquiry, struct plugin *frr, struct running *running, struct evpn_error *err)
{
	const struct question *failed;

	if (!inquiry->n_questions)
		inquiry_add(inquiry, NULL, RUNNING_DAEMONS);
	if (inquiry_ask(inquiry, frr, err) == 0)
		return 0;
	if (inquiry->n_questions == 1 && inquiry->questions[0].answer) {
		inquiry_add_daemons(inquiry, inquiry->questions[0].answer);
		if (inquiry_ask(inquiry, frr, err) == 0)
			return 0;
	}
	failed = inquiry_find_failed(inquiry, 0);
	if (failed) {
		*err = failed->err;
		return -1;
	}
	running_clear(running);
	for (size_t i = 1; i < inquiry->n_questions; i++)
		running_add(running, inquiry->questions[i].daemon, inquiry->questions[i].answer);
	return 1;
}
