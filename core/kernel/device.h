/* SPDX-License-Identifier: Apache-2.0 */
/*
 * device.h - the kernel's number of a network device: its serial
 *
 * The number is the inode of the device's directory in sysfs. It stays when the device is renamed or moved to another network
 * namespace, no program can set it, and the kernel does not use it again until the next boot (kernfs_new_node() counts in 64
 * bits). sysfs shows the devices of the namespace in which it was mounted, so evpnd mounts it for itself, at no path: nothing
 * else sees that mount, and it ends when its descriptor is closed.
 */
#pragma once

#include "evpn-plugin.h"
#include "model/net.h"

/*
 * The devices of a network namespace; the caller closes the descriptor. 0: *ret_fd is it, or -1, where the kernel (before Linux
 * 5.2) cannot mount it so. <0: the kernel refuses it.
 */
int device_open(int netns_fd, int *ret_fd, struct evpn_error *err);

/* The serial of the device with this name and index; 0: there is none, or sysfs_fd is -1. */
uint64_t device_serial(int sysfs_fd, const char *name, int ifindex);
