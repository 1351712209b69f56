# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# lib.sh - the bed of the podman tests, sourced by each: a real pod, a leaf, and a host in a namespace of its own
#
#	guest 192.168.20.1 -- br-lan [host] eth1 192.168.11.3 --- .2 [leaf] br110 -- 192.168.20.2 peer
#
# "host" is a network namespace in which podman and evpnd run, so the machine's own network stays as it is; podman's
# files are in a directory of the test. The pod is the one that FRR's users start: container frr (watchfrr and its
# daemons, an empty frr.conf, its pid in a pidfile outside what it can write) and container reloader beside it.
# The VNI is a pure L2 one, which needs no VRF of the kernel.

REPO=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
BUILD=$(readlink -f "${BUILD:-$REPO/build}")
CACHE=$BUILD/podman
ID=evpnd-test-$$
HOST=$ID-host LEAF=$ID-leaf GUEST=$ID-guest PEER=$ID-peer
EVPND_PID=

# shellcheck source=tests/lib/test.sh
. "$REPO/tests/lib/test.sh"

# Runs in the host's network; not `ip netns exec`, whose mount namespace would hide podman's mounts from the next call.
on_host() {
	nsenter --net="/run/netns/$HOST" "$@"
}

podman() {
	on_host podman --root "$T/root" --runroot "$T/run" --tmpdir "$T/tmp" "$@"
}

need() {
	[ "$(id -u)" = 0 ] || skip "needs root"
	for tool in podman runc vtysh nsenter flock ping findmnt python3; do
		command -v "$tool" > /dev/null || skip "needs $tool"
	done
	[ -x /usr/lib/frr/watchfrr ] || skip "needs FRR on the host, whose files make the image"
	[ -e /usr/lib/frr/frr-reload.py ] || skip "needs frr-reload.py (frr-pythontools)"
	for file in evpnd plugins/{netns-pidfile/.libs/netns-pidfile,frr-signal/.libs/frr-signal}.so; do
		[ -e "$BUILD/$file" ] || fail "$BUILD/$file is not built"
	done
}

# What a failed test leaves to read.
tell() {
	tail -n 40 "$T/evpnd.log" 2>&1
	podman ps -a 2>&1
	podman logs --tail 20 reloader 2>&1 | sed 's/^/reloader: /'
	podman exec frr vtysh -c 'show bgp l2vpn evpn summary' -c 'show evpn vni' -c 'show running-config' 2>&1 | sed 's/^/frr: /'
	podman exec frr vtysh -c 'show interface brief' -c 'show ip nht' -c 'show ip route' 2>&1 | sed 's/^/frr: /'
	podman exec frr sh -c 'ip -d -br link; ip -br addr; ip neigh' 2>&1 | sed 's/^/frr: /'
	vtysh --vty_socket "$T/leaf" -c 'show bgp summary' -c 'show ip nht' -c 'show ip route' 2>&1 | sed 's/^/leaf: /'
	{ ip -n "$LEAF" -br addr; ip -n "$LEAF" neigh; } 2>&1 | sed 's/^/leaf: /'
}

pod_down() {
	if [ -e "/run/netns/$HOST" ]; then
		podman pod rm -a -f -t 0
		podman rm -a -f -t 0
	fi > /dev/null 2>&1
}

# leaf_down [NAMESPACE...] : the leaf's FRR, and the namespaces
leaf_down() {
	local file name

	for file in "$T"/leaf/*.pid; do
		[ ! -e "$file" ] || kill -9 "$(cat "$file")"
	done
	for name in "$HOST" "$LEAF" "$GUEST" "$PEER"; do
		[ ! -e "/run/netns/$name" ] || ip netns del "$name"
	done
	find /sys/fs/cgroup -depth -type d -path "*/$ID*" -exec rmdir {} + 2> /dev/null
}

# The reloader is linked statically, so that it runs in any FRR image.
make_cache() {
	local sources=("$REPO"/plugins/frr-signal/reloader*.c "$REPO"/plugins/lib/vty*.c)

	mkdir -p "$CACHE"
	exec 9> "$CACHE/lock"
	flock 9
	"$REPO/tests/podman/mkimage.sh" "$CACHE/frr.tar"
	"${CC:-cc}" -std=c11 -D_GNU_SOURCE -O1 -static -I"$REPO/plugins" -o "$CACHE/evpn-reloader.$$" "${sources[@]}"
	mv "$CACHE/evpn-reloader.$$" "$CACHE/evpn-reloader"
	exec 9>&-
}

make_podman() {
	# Works without CAP_SYS_RESOURCE, on hybrid cgroups and without systemd, too.
	cat > "$T/containers.conf" <<-E
		[containers]
		default_ulimits = ["nofile=16384:16384", "nproc=16384:16384"]
		[engine]
		runtime = "runc"
		cgroup_manager = "cgroupfs"
		events_logger = "file"
		lock_type = "file"
		[network]
		network_backend = "netavark"
		network_config_dir = "$T/networks"
	E
	export CONTAINERS_CONF=$T/containers.conf TMPDIR=$T
	podman import -q "$CACHE/frr.tar" localhost/frr:test > /dev/null
}

make_eth1() {
	ip link add eth1 netns "$HOST" type veth peer name node netns "$LEAF"
	# An evpnd that waits for it has taken it by then.
	ip -n "$HOST" link set eth1 up 2> /dev/null || on_host test ! -e /sys/class/net/eth1
	ip -n "$LEAF" addr add 192.168.11.2/24 dev node
	ip -n "$LEAF" link set node up
}

# The former one has gone with FRR's namespace, which the kernel deletes in the background.
make_eth1_anew() {
	wait_until 60 "the former eth1 is gone" no_device node ip -n "$LEAF"
	make_eth1
}

make_leaf() {
	local daemon vty="$T/leaf"

	ip -n "$LEAF" addr add 100.64.0.2/32 dev lo
	ip netns exec "$LEAF" sysctl -qw net.ipv4.ip_forward=1
	ip -n "$LEAF" link add br110 type bridge
	ip -n "$LEAF" link add vni110 type vxlan local 100.64.0.2 dstport 4789 id 110 nolearning
	ip -n "$LEAF" link set vni110 master br110 addrgenmode none
	ip -n "$LEAF" link set vni110 type bridge_slave neigh_suppress on learning off
	ip link add eth0 netns "$PEER" type veth peer name peer netns "$LEAF"
	ip -n "$LEAF" link set peer master br110
	ip -n "$LEAF" link set peer up
	ip -n "$LEAF" link set vni110 up
	ip -n "$LEAF" link set br110 up
	ip -n "$PEER" addr add 192.168.20.2/24 dev eth0
	ip -n "$PEER" link set eth0 up
	mkdir "$vty"
	: > "$vty/empty"
	chown -R frr:frr "$vty"
	cat > "$vty/frr.conf" <<-E
		router bgp 64512
		 bgp router-id 100.64.0.2
		 no bgp ebgp-requires-policy
		 no bgp network import-check
		 no bgp default ipv4-unicast
		 neighbor 192.168.11.3 remote-as 64514
		 neighbor 192.168.11.3 timers 1 3
		 neighbor 192.168.11.3 timers connect 1
		 address-family ipv4 unicast
		  neighbor 192.168.11.3 activate
		  network 100.64.0.2/32
		 exit-address-family
		 address-family l2vpn evpn
		  neighbor 192.168.11.3 activate
		  advertise-all-vni
		 exit-address-family
	E
	for daemon in zebra bgpd; do
		ip netns exec "$LEAF" "/usr/lib/frr/$daemon" -d -A 127.0.0.1 -u frr -g frr -i "$vty/$daemon.pid" \
			-z "$vty/zserv.api" --vty_socket "$vty" -f "$vty/empty" 2> /dev/null
	done
	wait_until 60 "vtysh of the leaf" vtysh --vty_socket "$vty" -c 'show version'
	vtysh --vty_socket "$vty" -f "$vty/frr.conf" > /dev/null
}

make_guest() {
	ip -n "$HOST" link add br-lan type bridge
	ip -n "$HOST" link set br-lan up
	ip link add eth0 netns "$GUEST" type veth peer name guest netns "$HOST"
	ip -n "$HOST" link set guest master br-lan
	ip -n "$HOST" link set guest up
	ip -n "$GUEST" addr add 192.168.20.1/24 dev eth0
	ip -n "$GUEST" link set eth0 up
}

# What the user gives to evpnd; $1 is the group frr-signal.
make_config() {
	cat > "$T/frr.conf.in" <<-E
		frr defaults traditional
		router bgp 64514
		 bgp router-id 100.65.0.2
		 no bgp ebgp-requires-policy
		 no bgp network import-check
		 no bgp default ipv4-unicast
		 neighbor 192.168.11.2 remote-as 64512
		 neighbor 192.168.11.2 timers 1 3
		 neighbor 192.168.11.2 timers connect 1
		 !
		 address-family ipv4 unicast
		  network 100.65.0.2/32
		  neighbor 192.168.11.2 activate
		 exit-address-family
		 !
		 address-family l2vpn evpn
		  neighbor 192.168.11.2 activate
		  advertise-all-vni
		 exit-address-family
		exit
	E
	cat > "$T/evpn.conf" <<-E
		plugins = { netns = "$BUILD/plugins/netns-pidfile/.libs/netns-pidfile.so";
			    frr = "$BUILD/plugins/frr-signal/.libs/frr-signal.so"; };
		netns-pidfile = { path = "$T/pid/frr.pid"; };
		frr-signal = { $1 };
		underlay = {
			interfaces = ( { name = "eth1"; addresses = [ "192.168.11.3/24" ]; } );
			vtep = "100.65.0.2";
		};
		l2vnis = ( { vni = 110; host = { interface = "lan0"; bridge = "br-lan"; }; } );
		frr = { config = "$T/frr/frr.conf"; source = "$T/frr.conf.in"; };
	E
}

# make_pod [OPTION...]: the pod with container frr, started; what runs in container reloader is up to the test.
make_pod() {
	podman pod create --name frrpod --share=+pid --cgroup-parent="/$ID" "$@" > /dev/null
	make_frr
}

# Container frr; $WATCHFRR are options of watchfrr.
# shellcheck disable=SC2016,SC2086 # the container's shell expands it; a list of words
make_frr() {
	podman create --pod frrpod --name frr --pidfile "$T/pid/frr.pid" --conmon-pidfile "$T/pid/conmon.pid" \
		--cap-add CAP_NET_BIND_SERVICE,CAP_NET_ADMIN,CAP_NET_RAW,CAP_SYS_ADMIN \
		-v "$T/frr:/etc/frr" -v varfrr:/var/run/frr -t localhost/frr:test \
		bash -c 'chown frr:frr /var/run/frr; . /usr/lib/frr/frrcommon.sh; exec /usr/lib/frr/watchfrr "$@" $(daemon_list)' \
		watchfrr ${WATCHFRR:-} > /dev/null
}

# add_reloader [OPTION...] -- COMMAND...: the sidecar, in the pod's namespaces, with FRR's two directories.
add_reloader() {
	local options=()

	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift
	podman create --pod frrpod --name reloader -v "$T/frr:/etc/frr" -v varfrr:/var/run/frr "${options[@]}" \
		localhost/frr:test "$@" > /dev/null
}

add_evpn_reloader() {
	add_reloader -v "$CACHE/evpn-reloader:/usr/local/sbin/evpn-reloader:ro" -v "$T/reloader:/run/evpnd" -- \
		/usr/local/sbin/evpn-reloader --listen unix:/run/evpnd/reloader.sock
}

# Everything but evpnd. The pod is created, not started.
set_up() {
	need
	make_folder
	at_end leaf_down
	at_end pod_down
	make_cache
	for ns in "$HOST" "$LEAF" "$GUEST" "$PEER"; do
		ip netns add "$ns"
		ip -n "$ns" link set lo up
	done
	mkdir -p "$T"/{frr,pid,reloader,state}
	chmod 700 "$T/reloader"
	sed 's/^bgpd=no/bgpd=yes/' /etc/frr/daemons > "$T/frr/daemons"
	echo 'service integrated-vtysh-config' > "$T/frr/vtysh.conf"
	: > "$T/frr/frr.conf"
	chown -R frr:frr "$T/frr"
	make_podman
	make_eth1
	make_leaf
	make_guest
}

# What it says is shown, and kept in $T/evpnd.log.
evpnd() {
	on_host "$BUILD/evpnd" --config "$T/evpn.conf" --state-dir "$T/state" "$@" 2>&1 | tee -a "$T/evpnd.log"
}

# The reloader's own word on how often it ran frr-reload.py, --test and --reload.
reload_count() {
	reload_counts "$T/reloader/reloader.sock" | cut -d= -f2 | xargs
}

start_evpnd() {
	# Not through the function: the pid is to be evpnd's own.
	nsenter --net="/run/netns/$HOST" "$BUILD/evpnd" --config "$T/evpn.conf" --state-dir "$T/state" \
		>> "$T/evpnd.log" 2>&1 &
	EVPND_PID=$!
	PIDS+=("$EVPND_PID")
}

# mark, do something, await PATTERN: waits until the daemon has logged it since.
mark() {
	touch "$T/evpnd.log"
	MARK=$(wc -l < "$T/evpnd.log")
}

await() {
	wait_until "${2:-60}" "evpnd logs: $1" has_logged "$1"
	has_logged "$1"
}

has_logged() {
	tail -n "+$((MARK + 1))" "$T/evpnd.log" | grep -- "$1"
}

frr_pid() {
	cat "$T/pid/frr.pid"
}

# Nothing is left to do, by evpnd's own word.
all_in_place() {
	evpnd --dry-run || fail "evpnd --dry-run still finds something to do"
}

# The path across the fabric, both ways; ARP goes over it as well, as neither end knows the other's address.
ping_ok() {
	wait_until 60 "guest pings the peer behind the leaf" ip netns exec "$GUEST" ping -c1 -W1 192.168.20.2
	echo "192.168.20.1 (guest) pings 192.168.20.2 (behind the leaf)"
}

no_ping() {
	ends 1 ip netns exec "$GUEST" ping -c1 -W1 192.168.20.2 > /dev/null || fail "the ping works already: the test shows nothing"
}
