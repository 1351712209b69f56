/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify.h - does FRR know our VNIs? The judgement over what FRR answered; pure
 *
 * That commands succeeded does not mean that EVPN works: zebra may have missed a VXLAN, or taken an L3VNI for an L2VNI.
 * FRR's own tables tell (FRR doc, "show evpn vni", "show vrf vni").
 */
#pragma once

#include <stdbool.h>

#include "config.h"
#include "evpn-plugin.h"

/* The two questions, in FRR's words. */
#define VERIFY_EVPN_VNI "show evpn vni json"
#define VERIFY_VRF_VNI	"show vrf vni json"

/*
 * 1: all VNIs of the configuration but the skipped ones stand in FRR's tables as they should; an L3VNI's state is Up.
 * 0: not (yet): err says which and how FRR sees it. <0: the answers are not what FRR prints.
 * skip(arg, vni): the VNI failed before and is reported already.
 */
int verify_judge(const struct config *config, const char *evpn_vni, const char *vrf_vni,
		 bool (*skip)(void *arg, uint32_t vni), void *arg, struct evpn_error *err);

#define VERIFY_VERSION "show version"

/*
 * Whether the FRR that answered VERIFY_VERSION so survives a macvlan whose parent is in another namespace: before 8.5.5,
 * 9.0.3 and 9.1.1 zebra ends with a segmentation fault when one comes up (FRR issue 15370, pull request 15399). False: err
 * names the version. An answer without a version is taken for good.
 */
bool verify_takes_macvlan(const char *version, struct evpn_error *err);
