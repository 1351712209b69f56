/* SPDX-License-Identifier: Apache-2.0 */
/*
 * steps.h - the steps of the pipeline; pipeline.c has the table that puts them in order
 *
 * A step reads and changes its run, and reaches FRR and the plugins through it. It never changes the pipeline's state. It
 * may be called again after it returned 0.
 */
#pragma once

#include "run/pipeline.h"
#include "run/run.h"

/*
 * steps_load.c: the configuration and the plugins. A file with errors leaves the former configuration in force, at a start
 * the last good one (options->last_good); setup->errors says why.
 */
pipeline_step_fn step_load;

/*
 * The files that decide what step_load makes: those of the configuration in force and of a rejected one. The caller frees
 * the array alone; its texts are good until the next run.
 */
const char **step_load_files(const struct run *run, size_t *ret_n);

/* steps_kernel.c: FRR's namespace, reading, planning and changing the kernel. */
pipeline_step_fn step_find, step_read, step_plan, step_confirm, step_build, step_raise, step_prune;
/* For RUN_DOWN: goes on without FRR's namespace where run->without_frr; deletes everything; forgets the records. */
pipeline_step_fn step_find_to_take_down, step_take_down, step_forget;

/*
 * steps_lease.c: starts the DHCP clients of underlay NICs, and waits for the lease whose address is the VTEP. For RUN_DOWN: ends
 * them, and forgets the leases. For step_load: dhcp needs a daemon, which stays; 1 or <0.
 */
pipeline_step_fn step_lease, step_forget_leases, steps_check_lease;

/*
 * steps_check.c: before anything is changed. FRR's version has to be able to do what evpn.conf asks for (frr/version.h); frr.conf's syntax is checked by the
 * host's vtysh, where there is one. A frr.conf that fails the check is an error where FRR never had an accepted one; else
 * the run goes on with the accepted one and ends as failed, with the reason.
 */
pipeline_step_fn step_check_frr, step_check_syntax;
/* For RUN_CHECK: what FRR's version is known to do wrong with this configuration, if FRR can be asked (run->notes). */
pipeline_step_fn step_check_version;

/*
 * steps_frr.c: installs frr.conf if it differs, and has FRR load it unless this FRR has done so already. If FRR refuses it,
 * the accepted one is installed and loaded again, the run goes on with it and ends as failed, with FRR's words.
 */
pipeline_step_fn step_install, step_reload;

/* The rest of a configuration that FRR has loaded in part. 1: loaded; 0: it still waits; <0: it failed. */
int steps_await_rest(struct run *run);

/* FRR may have lost what it had loaded, says its plugin: the next run reloads it. */
void step_reload_forget(struct run *run);

/* steps_zebra.c: zebra up to 8.5 drops an address that comes right behind its new link (FRR issue 13288). */
pipeline_step_fn step_await_zebra;

/*
 * Announces the devices of the VNIs that FRR lacks to zebra again, by setting their mark anew, and the NICs and the addresses of
 * the underlay: zebra has missed the kernel's notifications. 1 or <0.
 */
struct health_report;
int steps_tell_zebra(struct run *run, const struct health_report *report);

/* steps_kernel.c: the descriptor of evpnd's own listener in FRR's namespace; -1: none. */
int steps_own_listener(const struct run *run);

/* steps_kernel.c: applies the raise stage of a plan that is not run->seen.plan but points into run->seen. 1 or <0. */
int steps_apply_extra(struct run *run, const struct plan *plan);

/*
 * steps_verify.c: asks zebra and bgpd for their VNIs; a new VNI gets a moment to appear. Ends the run as failed if a part of it
 * failed.
 */
pipeline_step_fn step_verify;

/* Whether the run could not make this VNI; it has a plan. What else is expected of FRR, for health_judge_vnis(). */
bool steps_vni_failed(const struct run *run, uint32_t vni);
struct health_expected;
struct health_expected steps_expected(struct run *run, char router_mac[18]);

/*
 * steps_running.c: compares FRR's running configuration with that after the last run, so that what another program has changed
 * leads to a reload; reads and keeps it at the end of the run.
 */
pipeline_step_fn step_compare, step_remember;

/*
 * After the reload: reads what FRR has loaded, so that step_remember notices a change that another program makes meanwhile. 1; 0: FRR
 * has not answered yet.
 */
int steps_read_loaded(struct run *run);

/* What another program has changed in FRR, where the compare step found it; NULL: nothing, or not known. Freed by the caller. */
char *steps_drift_text(const struct run *run);
