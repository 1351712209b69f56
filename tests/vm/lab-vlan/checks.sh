# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
lab_idle_checks() {
	reaches node 192.168.9.2
}

lab_checks() {
	first_ping host1 10.244.0.6
	reaches node 192.168.9.2
}
