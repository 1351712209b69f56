/* SPDX-License-Identifier: Apache-2.0 */
/*
 * login.h - who is logged in on the host by an address of an underlay NIC
 */
#pragma once

#include "evpn-plugin.h"
#include "model/nic_record.h"

/*
 * Adds to nic->dependents each remote machine that has a connection for logging in to one of nic->addrs: an established TCP connection
 * to port 22, or one that a process of an SSH or telnet server has open. Has to be called in the host's network namespace. 0, or
 * less than 0 when the kernel refuses to list the connections.
 */
int login_find(struct nic_record *nic, struct evpn_error *err);
