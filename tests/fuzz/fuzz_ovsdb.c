/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_ovsdb.c - any bytes as what Open vSwitch's database server says, through a real socket: bridges and ports with proper
 * names, or an error
 */
#include "base/util.h"
#include "fuzz_socket.h"
#include "kernel/ovs.h"

static void check(const struct net *net)
{
	for (size_t i = 0; i < net->n_ovs_bridges; i++)
		must(memchr(net->ovs_bridges[i].name, '\0', IFNAMSIZ));
	for (size_t i = 0; i < net->n_ovs_ports; i++)
		must(memchr(net->ovs_ports[i].name, '\0', IFNAMSIZ) &&
		     memchr(net->ovs_ports[i].bridge, '\0', IFNAMSIZ) && net->ovs_ports[i].bridge[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ovs *ovs;
	struct evpn_error err = { 0 };
	struct net net = { 0 };
	int r;

	fuzz_listen("db.sock");
	ovs = ovs_new(fuzz_path("db.sock"), "default", fuzz_dir());
	r = ovs_read(ovs, &net, &err);
	must(r == 0);
	fuzz_say("db.sock", data, size);
	for (int i = 0; r == 0 && i < 1000; i++)
		r = ovs_read(ovs, &net, &err);
	must(r != 0);
	must(r > 0 || (err.code > 0 && err.msg[0]));
	check(&net);
	net_clear(&net);
	ovs_free(ovs);
	return 0;
}
