/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_record.c - any bytes as a record in the state directory, of a NIC or of FRR's namespace: an error, or a record that is
 * read back as it was saved
 *
 * The first byte says which record it is.
 */
#include "base/util.h"
#include "fuzz_dir.h"
#include "run/state_file.h"

static void must_say(int r, const struct evpn_error *err)
{
	must(r >= 0 || (err->code > 0 && err->msg[0] && memchr(err->msg, '\0', sizeof(err->msg))));
}

static void must_be_names(const struct nic_record *nic)
{
	must(memchr(nic->name, '\0', sizeof(nic->name)) && memchr(nic->alias, '\0', sizeof(nic->alias)));
	for (size_t i = 0; i < nic->n_addrs; i++)
		must(memchr(nic->addrs[i].label, '\0', IFNAMSIZ) && memchr(nic->addrs[i].link, '\0', IFNAMSIZ));
	for (size_t i = 0; i < nic->n_routes; i++)
		must(memchr(nic->routes[i].link, '\0', IFNAMSIZ) &&
		     (!nic->routes[i].more || (nic->routes[i].more->n_attrs <= NET_ROUTE_ATTRS_MAX &&
					       nic->routes[i].more->n_hops <= NET_HOPS_MAX)));
	for (size_t i = 0; i < nic->n_sysctls; i++)
		must(nic->sysctls[i].value[0] && memchr(nic->sysctls[i].key, '\0', sizeof(nic->sysctls[i].key)));
}

static void read_nic(void)
{
	struct nic_records nics = { 0 }, again = { 0 };
	struct evpn_error err = { 0 };
	int r = state_file_load_nics(fuzz_dir(), &nics, &err);

	must_say(r, &err);
	must(nics.n_items == (r == 0));
	if (r == 0)
		must_be_names(&nics.items[0]);
	/* An alias that was cut in the middle of a character is not UTF-8, and cannot be saved. */
	if (r == 0 && state_file_save_nic(fuzz_dir(), &nics.items[0], &err) == 0) {
		must(state_file_load_nics(fuzz_dir(), &again, &err) == 0 && again.n_items == 1);
		must(again.items[0].n_addrs == nics.items[0].n_addrs && again.items[0].mtu == nics.items[0].mtu);
		must(again.items[0].n_routes == nics.items[0].n_routes);
		must(strcmp(again.items[0].alias, nics.items[0].alias) == 0);
	}
	nic_records_clear(&nics);
	nic_records_clear(&again);
}

static void read_netns(void)
{
	struct evpn_error err = { 0 };
	struct net net = { 0 };
	int r = state_file_load_netns(fuzz_dir(), 7, &net, &err);

	must_say(r, &err);
	must(r <= 0 || (net.n_links == 1 && strcmp(net.links[0].name, "lo") == 0));
	net_clear(&net);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	bool is_nic = size && data[0] == 'n';

	if (size == 0)
		return 0;
	fuzz_write(is_nic ? "nic-eth0.json" : "netns.json", data + 1, size - 1);
	if (is_nic)
		read_nic();
	else
		read_netns();
	must(unlink(fuzz_path(is_nic ? "nic-eth0.json" : "netns.json")) == 0);
	return 0;
}
