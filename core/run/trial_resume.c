/* SPDX-License-Identifier: Apache-2.0 */
/* trial_resume.c - puts the former files back, and goes on with a change whose evpnd has ended; see trial.h */
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/util.h"
#include "run/report.h"
#include "run/trial_parts.h"

#define TEXT_MAX (16u << 20)

static void kept(const char *path)
{
	log_warning(
		"another program has changed a file of the configuration during a change that is undone; its text is "
		"kept as %s",
		path);
}

void trial_go_back(struct trial *trial)
{
	struct evpn_error err = { 0 };

	/* What is on the disk decides after a crash. Without it, the file alone does: evpnd goes on. */
	if (change_record_save(trial->path, &trial->record, &err) < 0)
		log_warning("%s", err.msg);
	if (change_record_restore(&trial->record, kept, &err) < 0) {
		report_fault("the former configuration cannot be put back, evpnd tries again: %s", err.msg);
		return;
	}
	trial->restored = trial->writes = true;
	trial->begun_us = clock_us();
	trial->seen_us = trial->applied_us = trial->changed_us = trial->print = 0;
	trial->n_failed = 0;
	trial->host.run(trial->host.arg, "revert");
}

char *trial_read_config(const struct trial *trial)
{
	char *text = NULL;

	return file_read(trial->host.daemon->options.config_path, TEXT_MAX, &text, NULL) < 0 ? NULL : text;
}

void trial_forget(const struct trial *trial)
{
	struct evpn_error err = { 0 };

	if (util_remove_file(trial->path, &err) < 0)
		log_warning("%s; the next start of evpnd takes it for a change that is not over", err.msg);
}

static void put_record_aside(const struct trial *trial, const char *why)
{
	_cleanup_free_ char *aside = xasprintf("%s.unreadable", trial->path);

	report_fault("%s; evpnd goes on with %s as it is, and keeps the record as %s", why,
		     trial->host.daemon->options.config_path, aside);
	(void)rename(trial->path, aside);
}

/* Goes back before the first run, for this reason. */
static void resume_back(struct trial *trial, enum change_why why, bool watches)
{
	struct change *change = &trial->record.change;

	log_warning("%s: the former configuration comes back: %s", trial->host.daemon->options.config_path,
		    change_why_text(why));
	change_revert(change, why, clock_ms());
	trial_say(trial, xstrdup(change_why_text(why)));
	if (watches) {
		trial_go_back(trial);
		trial_watch(trial);
		return;
	}
	struct evpn_error err = { 0 };

	if (change_record_restore(&trial->record, kept, &err) < 0)
		report_fault("the former configuration cannot be put back: %s", err.msg);
	else
		trial_forget(trial);
}

static void resume_trial(struct trial *trial, bool watches)
{
	struct change *change = &trial->record.change;
	uint64_t now = clock_ms();
	_cleanup_free_ char *boot = change_record_boot();

	if (!streq(boot, trial->record.boot)) {
		resume_back(trial, CHANGE_AFTER_BOOT, watches);
		return;
	}
	if (now >= change->deadline_ms) {
		resume_back(trial, CHANGE_NOT_APPLIED, watches);
		return;
	}
	if (change->deadline_ms > now + change->terms.limit_ms)
		change->deadline_ms = now + change->terms.limit_ms;
	log_notice("%s: a change goes on, which evpnd undoes in %llu s unless it proves good",
		   trial->host.daemon->options.config_path, (unsigned long long)((change->deadline_ms - now) / 1000));
	trial->begun_us = clock_us();
	if (watches)
		trial_watch(trial);
}

void trial_resume(struct trial *trial, bool watches)
{
	struct evpn_error err = { 0 };
	int r = change_record_load(trial->path, &trial->record, &err);
	_cleanup_free_ char *text = r > 0 ? trial_read_config(trial) : NULL;
	const char *path = trial->host.daemon->options.config_path;

	if (r < 0)
		put_record_aside(trial, err.msg);
	if (r <= 0)
		return;
	trial->id++;
	if (trial->record.change.phase == CHANGE_REVERTING) {
		resume_back(trial, trial->record.change.why, watches);
	} else if (text && streq(text, trial->record.text)) {
		resume_trial(trial, watches);
	} else {
		bool former = text && streq(text, trial->record.former[0].text);

		if (former)
			log_notice("%s: a change was begun, and evpnd was ended before it was made", path);
		else
			log_warning("%s: another program has replaced it during a change that evpnd would have undone; "
				    "evpnd leaves it as it is",
				    path);
		trial->record.change.phase = CHANGE_OVER;
		trial->record.change.outcome = former ? CHANGE_FAILED : CHANGE_EDITED;
		trial_forget(trial);
	}
}
