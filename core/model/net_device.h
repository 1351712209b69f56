/* SPDX-License-Identifier: Apache-2.0 */
/* net_device.h - what a device is, beside its settings; see net.h */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/*
 * What tells one device from another. The kernel alone sets it: name, alias, MAC and index are settings, which every program
 * with CAP_NET_ADMIN in the device's namespace can forge.
 */
struct net_device {
	uint64_t serial; /* of its directory in sysfs; the kernel uses it once until the next boot; 0: not read */
	char kind[16]; /* as "veth"; "": no program created it, it is hardware or a hypervisor's */
	bool permanent; /* it has a permanent address: net_link.hw_mac is that one */
	char parent[64]; /* bus and name of the hardware, as "pci/0000:3b:00.0"; "": none, or Linux before 5.14 */
	char port[64]; /* the port of the hardware, as the driver names it; "": the driver does not */
};
