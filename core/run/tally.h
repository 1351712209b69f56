/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tally.h - what the kernel counts for L2VNIs with limits: MAC addresses that a bridge has learned, frames that a port has dropped
 *
 * The kernel announces neither, so each health check reads them. VNIs without a limit cost nothing.
 */
#pragma once

#include "config/config.h"
#include "frr/health.h"

/*
 * Fills in health_item.learned and limit_drops of the VNIs of the report. `last` is the report of the former check: a bridge that
 * has become full since is logged, once until it has room again. What cannot be read stays zero.
 */
void tally_read(const struct config *config, int netns_fd, const struct health_report *last,
		struct health_report *report);
