/* SPDX-License-Identifier: Apache-2.0 */
/*
 * devconf.h - sysctls of a link that a message about the link has, too
 *
 * The kernel's answer to RTM_GETLINK holds all of a link's net/ipv4/conf and net/ipv6/conf as two arrays (IFLA_INET_CONF,
 * IFLA_INET6_CONF). With a thousand VNIs, that saves some 5,000 files below /proc/sys.
 */
#pragma once

#include <limits.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <netinet/in.h>

/* ROW(family, index in the kernel's array, the sysctl's name). The array of IPv4 begins with number 1. */
#define NET_DEVCONFS(ROW)                                                         \
	ROW(AF_INET, IPV4_DEVCONF_ARP_ACCEPT - 1, "arp_accept")                   \
	ROW(AF_INET, IPV4_DEVCONF_ARP_IGNORE - 1, "arp_ignore")                   \
	ROW(AF_INET, IPV4_DEVCONF_PROMOTE_SECONDARIES - 1, "promote_secondaries") \
	ROW(AF_INET, IPV4_DEVCONF_RP_FILTER - 1, "rp_filter")                     \
	ROW(AF_INET6, DEVCONF_ACCEPT_RA, "accept_ra")                             \
	ROW(AF_INET6, DEVCONF_ACCEPT_UNTRACKED_NA, "accept_untracked_na")

#define NET_DEVCONF_COUNT 6
/* In place of a value: the message does not have it, or it is none of a byte. */
#define NET_DEVCONF_UNKNOWN SCHAR_MIN
