/* SPDX-License-Identifier: Apache-2.0 */
/* change.c - see change.h */
#include "run/change.h"

void change_begin(struct change *change, const struct change_terms *terms, uint64_t now_ms)
{
	*change = (struct change){ .terms = *terms,
				   .phase = CHANGE_TRIAL,
				   .deadline_ms = terms->undoes ? now_ms + terms->limit_ms : 0 };
}

void change_revert(struct change *change, enum change_why why, uint64_t now_ms)
{
	change->phase = CHANGE_REVERTING;
	change->why = why;
	change->deadline_ms = now_ms + change->terms.verify_ms + CHANGE_BACKOFF_MS;
	change->good_ms = 0;
}

static void end(struct change *change, enum change_outcome outcome)
{
	change->phase = CHANGE_OVER;
	change->outcome = outcome;
}

static bool is_late(const struct change *change, uint64_t now_ms)
{
	return change->deadline_ms && now_ms >= change->deadline_ms;
}

/* Whether what is `good` has been so for long enough. */
static bool has_settled(struct change *change, bool good, uint64_t now_ms)
{
	if (!good)
		change->good_ms = 0;
	else if (!change->good_ms)
		change->good_ms = now_ms;
	return good && now_ms - change->good_ms >= CHANGE_SETTLE_MS;
}

static enum change_why late_why(const struct change *change, const struct change_facts *facts)
{
	if (change->phase == CHANGE_ASKING)
		return CHANGE_NOT_CONFIRMED;
	if (facts->run != CHANGE_RUN_APPLIED)
		return CHANGE_NOT_APPLIED;
	return change->terms.checks ? CHANGE_CHECK_FAILED : CHANGE_NOT_HEALTHY;
}

static void next_on_trial(struct change *change, const struct change_facts *facts)
{
	bool applied = facts->run == CHANGE_RUN_APPLIED, settled;

	if (change->revert_wanted) {
		change_revert(change, CHANGE_BY_OPERATOR, facts->now_ms);
		return;
	}
	if (facts->run == CHANGE_RUN_REFUSED ||
	    (facts->run == CHANGE_RUN_UNAPPLIED && facts->failures >= CHANGE_FAILURES)) {
		change_revert(change, CHANGE_RUN_FAILED, facts->now_ms);
		return;
	}
	/* A command that has succeeded need not succeed again. */
	settled = change->terms.checks
			  ? applied && facts->check_succeeded
			  : has_settled(change, applied && facts->health == CHANGE_FACT_GOOD, facts->now_ms);
	if (settled && (!change->terms.asks || change->confirmed)) {
		end(change, facts->worse ? CHANGE_DEGRADED : CHANGE_DONE);
		return;
	}
	if (is_late(change, facts->now_ms)) {
		change_revert(change, settled ? CHANGE_NOT_CONFIRMED : late_why(change, facts), facts->now_ms);
		return;
	}
	change->phase = settled ? CHANGE_ASKING : CHANGE_TRIAL;
}

static bool is_good_enough(const struct change_facts *facts)
{
	return facts->health == CHANGE_FACT_GOOD || (facts->health == CHANGE_FACT_UNPROVEN && !facts->proof);
}

static void next_plain(struct change *change, const struct change_facts *facts)
{
	if (facts->run == CHANGE_RUN_REFUSED || facts->run == CHANGE_RUN_UNAPPLIED) {
		end(change, CHANGE_FAILED);
		return;
	}
	if (facts->run != CHANGE_RUN_APPLIED)
		return;
	if (!change->deadline_ms)
		change->deadline_ms = facts->now_ms + change->terms.verify_ms;
	if (has_settled(change, is_good_enough(facts) && !facts->worse, facts->now_ms) ||
	    facts->health == CHANGE_FACT_UNABLE)
		end(change, CHANGE_DONE);
	else if (is_late(change, facts->now_ms))
		end(change, facts->worse || facts->health == CHANGE_FACT_BAD ? CHANGE_DEGRADED : CHANGE_DONE);
}

static void next_reverting(struct change *change, const struct change_facts *facts)
{
	bool applied = facts->run == CHANGE_RUN_APPLIED;

	if (has_settled(change, applied && facts->health == CHANGE_FACT_GOOD, facts->now_ms) ||
	    (applied && facts->health == CHANGE_FACT_UNABLE))
		end(change, CHANGE_ROLLED_BACK);
	else if (is_late(change, facts->now_ms))
		end(change, !applied				    ? CHANGE_NOT_ROLLED_BACK
			    : facts->health == CHANGE_FACT_UNPROVEN ? CHANGE_ROLLED_BACK
								    : CHANGE_ROLLED_BACK_WORSE);
}

void change_next(struct change *change, const struct change_facts *facts)
{
	switch (change->phase) {
	case CHANGE_NONE:
	case CHANGE_CHECKING:
	case CHANGE_MEASURING:
	case CHANGE_OVER:
		return;
	case CHANGE_TRIAL:
	case CHANGE_ASKING:
	case CHANGE_REVERTING:
		break;
	}
	if (facts->edited)
		end(change, CHANGE_EDITED);
	else if (change->phase == CHANGE_REVERTING)
		next_reverting(change, facts);
	else if (change->terms.undoes)
		next_on_trial(change, facts);
	else
		next_plain(change, facts);
}

bool change_is_pending(const struct change *change)
{
	return change->terms.undoes && (change->phase == CHANGE_TRIAL || change->phase == CHANGE_ASKING);
}

const char *change_phase_name(enum change_phase phase)
{
	static const char *const names[] = {
		[CHANGE_NONE] = "none",	  [CHANGE_CHECKING] = "checking", [CHANGE_MEASURING] = "measuring",
		[CHANGE_TRIAL] = "trial", [CHANGE_ASKING] = "asking",	  [CHANGE_REVERTING] = "reverting",
		[CHANGE_OVER] = "over",
	};

	return names[phase];
}

const char *change_outcome_name(enum change_outcome outcome)
{
	static const char *const names[] = {
		[CHANGE_OPEN] = "open",
		[CHANGE_DONE] = "done",
		[CHANGE_DEGRADED] = "degraded",
		[CHANGE_FAILED] = "failed",
		[CHANGE_ROLLED_BACK] = "rolled back",
		[CHANGE_ROLLED_BACK_WORSE] = "rolled back, worse than before",
		[CHANGE_NOT_ROLLED_BACK] = "not rolled back",
		[CHANGE_EDITED] = "edited",
		[CHANGE_REPLACED] = "replaced",
	};

	return names[outcome];
}

const char *change_why_text(enum change_why why)
{
	static const char *const texts[] = {
		[CHANGE_NO_REASON] = "",
		[CHANGE_BY_OPERATOR] = "the operator has demanded it",
		[CHANGE_RUN_FAILED] = "the new configuration cannot be applied",
		[CHANGE_NOT_APPLIED] = "the new configuration was not applied in time",
		[CHANGE_NOT_HEALTHY] = "the fabric was not as before in time",
		[CHANGE_CHECK_FAILED] = "the command of --check did not succeed in time",
		[CHANGE_NOT_CONFIRMED] = "nobody has confirmed the change in time",
		[CHANGE_AFTER_BOOT] = "the machine has started anew before the change was proven",
	};

	return texts[why];
}
