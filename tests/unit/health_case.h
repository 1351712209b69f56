/* SPDX-License-Identifier: Apache-2.0 */
/*
 * health_case.h - the health check of a run_case: FRR's answers are the test's, and so is the clock; the linker keeps the log
 * (-Wl,--wrap=clock_ms, -Wl,--wrap=log_line)
 */
#pragma once

#include "run_case.h"

/* In health_check.c. */
#define PENDING_MS 1000
#define CONFIRM_MS 3000
#define GRACE_MS   3000
#define EACH_MS	   10000

#define ZEBRA		  "[{\"vni\":110,\"type\":\"L2\",\"vtepIp\":\"100.65.0.2\",\"numRemoteVteps\":[\"100.64.0.1\"]}]"
#define BGP(rd)		  "{\"110\":{\"type\":\"L2\",\"inKernel\":\"True\",\"originatorIp\":\"100.65.0.2\",\"rd\":\"" rd "\"}}"
#define PEER(name, state) "\"" name "\":{\"bgpState\":\"" state "\",\"addressFamilyInfo\":{\"ipv4Unicast\":{}}}"
#define SESSIONS(a, b)	  "{\"default\":{" PEER("eth1", a) "," PEER("eth2", b) "}}"
#define OWN		  "show bgp l2vpn evpn route rd 100.65.0.2:2 type multicast json"
#define ROUTES(hop) \
	"{\"100.65.0.2:2\":{\"[3]:[0]\":{\"paths\":[[{\"sourced\":true,\"nexthops\":[{\"ip\":\"" hop "\"}]}]]}}}"

struct health_case {
	struct run_case c; /* the L2VNI 110, two sessions, one remote VTEP */
	struct daemon *d;
	char logged[8192]; /* since the last look at it */
};

extern struct health_case hc;

/* A run has converged, FRR shows its configuration, and all is well. */
void health_case_begin(void);
void health_case_end(void);
/* One more run has. */
void health_case_converged(size_t n_changes);
/* The first check, by which it becomes healthy. */
void health_case_healthy(void);
/* The next check, after its time; what it returns. */
uint32_t health_case_look(uint32_t after_ms);

/* What the log has since the last call of these. */
void health_case_log_is(const char *text);
void health_case_log_has(const char *words);
void health_case_status_is(const char *text);

/* FRR's answers. */
void health_case_sessions(const char *text);
void health_case_frr_shows(const char *bgpd);
