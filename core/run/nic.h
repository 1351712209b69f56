/* SPDX-License-Identifier: Apache-2.0 */
/*
 * steps_nic.h - what the kernel's steps do about underlay NICs, and about what FRR's namespace was like: the records
 */
#pragma once

#include "steps.h"

/*
 * After the kernel was read: the records into run->nics and run->former; NICs of the configuration that are on the host
 * are read anew, for a record that is yet to be saved. 0 or <0.
 */
int steps_nic_read(struct run *run);

/* The MTUs that the underlay NICs shall have, for desired_make; the caller frees them. */
unsigned int *steps_nic_mtus(const struct run *run);

/* Before anything is changed: saves the records of what the plan is going to change. 0 or <0. */
int steps_nic_save(struct run *run);

/* NICs that have been given back: their records go. */
void steps_nic_forget(struct run *run);
