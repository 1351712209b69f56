/* SPDX-License-Identifier: Apache-2.0 */
/* health_parts.h - between health_check.c, which asks, and health_text.c, which keeps and tells; no other file needs it */
#pragma once

#include "run/health_check.h"

void health_faults_clear(struct health_faults *faults);

/* The fault with the same object and reason, or NULL. */
const struct health_fault *health_faults_find(const struct health_faults *faults, const struct health_item *item);

/* Whether there is a fault that has to last longer before it counts. */
bool health_has_unconfirmed(const struct health_check *check, uint64_t now_ms);

/* Makes check->report the last check's result: state, faults with their times, counts; logs what has changed. */
void health_take_report(struct health_check *check, uint64_t now_ms);
