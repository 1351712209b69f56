# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# lib-kubelet.sh - the bed of the tests of etc/kubernetes: one node, with a real containerd and kubelet.py as its kubelet
#
# A test calls private_node first: it then runs in a mount namespace of its own, in which /run and /var/lib/evpnd are the node's. So the
# manifests' hostPath volumes and sockets are where they say, and nothing of the machine's is touched. The leaf, the guests and FRR's
# image are those of tests/podman/lib.sh; the node's NIC is eth0, with an address and a route.
#
#	node_up                 all of it, without evpnd's pods; $NODE is the node's name
#	make_overlay [LINE...]  $T/overlay, from the overlay containerd: with this fabric's evpn.conf, and these lines of a kustomization
#	apply                   gives it to the cluster
#	k8s COMMAND...          see kubelet.py
#	settle                  syncs until all is as the manifests want it
#	make_nic, make_nic_anew the NIC as the node has it before evpnd, also after it has gone with FRR's namespace

# shellcheck source=tests/podman/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../podman/lib.sh"
# shellcheck source=tests/cri/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
eval "$(declare -f runtime_config | sed '1s/runtime_config/runtime_config_of_lib/')"
NODE=node-3
K8S='' K8S_TO='' K8S_FROM=''

private_node() {
	[ "$(id -u)" = 0 ] || skip "needs root"
	[ -n "${EVPND_PRIVATE_NODE:-}" ] || EVPND_PRIVATE_NODE=1 exec unshare --mount "$0"
	mount --make-rshared /
	mount -t tmpfs -o mode=755 tmpfs /run
	mkdir /run/netns /run/containerd /run/lock
	mount -t tmpfs tmpfs /run/netns
	if [ ! -d /var/lib/evpnd ]; then
		mkdir /var/lib/evpnd
		at_end eval 'umount /var/lib/evpnd; rmdir /var/lib/evpnd'
	fi
	mount -t tmpfs -o mode=755 tmpfs /var/lib/evpnd
}

# Called by set_up, instead of podman's.
need() {
	need_plugin
	need_containerd
	command -v busybox > /dev/null || skip "needs busybox"
	/usr/bin/python3 -c 'import yaml' 2> /dev/null || skip "needs python3-yaml"
}

# Called after a failure.
tell_more() {
	local file

	for file in $(ls -tr "$T"/kubelet/logs/*.log | tail -8); do
		tail -n 25 "$file" | sed "s#^#$(basename "$file" .log | sed 's/^[0-9a-f]*\.//'): #"
	done
	[ -z "$K8S" ] || cat "$T/kubelet.log"
	[ -z "$K8S" ] || k8s exec frr frr vtysh -c 'show bgp l2vpn evpn summary' -c 'show evpn vni' -c 'show running-config' | sed 's/^/frr: /'
}

pod_down() { :; }

runtime_config() {
	runtime_config_of_lib
	sed -i 's/netns_mounts_under_state_dir = true/netns_mounts_under_state_dir = false/' "$T/containerd.toml"
	mount --bind "$T" /run/containerd
}

k8s() {
	ask kubelet.py "$K8S_FROM" "$K8S_TO" 120 "$@"
}

kubelet_up() {
	mkdir -p "$T/kubelet/logs"
	mkfifo "$T/k8s.in" "$T/k8s.out"
	KUBELET=$T/kubelet NODE_NAME=$NODE /usr/bin/python3 "$REPO/tests/cri/kubelet.py" "$T/containerd.sock" \
		< "$T/k8s.in" > "$T/k8s.out" 2> "$T/kubelet.log" &
	K8S=$!
	PIDS+=("$K8S")
	exec {K8S_TO}> "$T/k8s.in" {K8S_FROM}< "$T/k8s.out"
}

settle() {
	wait_until 90 "all pods are ready" k8s sync
}

# What is built, with its libraries and the programs that the manifests call: as Containerfile.evpnd.
evpnd_image() {
	local dir=$T/evpnd-root file

	mkdir -p "$dir"/{usr/{bin,sbin,lib,lib64,local/sbin},etc,proc,sys,dev,run,tmp,var/lib}
	for file in bin sbin lib lib64; do ln -s "usr/$file" "$dir/$file"; done
	make -s -C "$BUILD" install-sbinPROGRAMS install-pluginLTLIBRARIES DESTDIR="$dir" > "$T/install.log" 2>&1 || fail "$(tail -5 "$T/install.log")"
	file=$(find "$dir" -name evpnd -type f -path '*/sbin/*')
	for file in "$(dirname "$file")"/*; do
		[ -e "$dir/usr/local/sbin/${file##*/}" ] || ln -s "${file#"$dir"}" "$dir/usr/local/sbin/"
	done
	cp "$(command -v busybox)" "$dir/usr/bin/"
	# evpnd-remove sleeps for ever when it is done.
	for file in sh mount sleep test; do ln -s busybox "$dir/usr/bin/$file"; done
	# ldd ends with an error for what is not dynamic.
	find "$dir" -type f \( -perm -100 -o -name '*.so' \) -print0 | xargs -0 ldd > "$T/linked" 2> /dev/null || [ $? = 123 ]
	awk '/=> \//{ print $3 } $1 ~ /^\/.*[^:]$/{ print $1 }' "$T/linked" | sed -E 's#^/(lib|lib64)/#usr/\1/#; s#^/##' | sort -u |
		tar -C / -chf - -T - | tar -C "$dir" -xf -
	tar -C "$dir" -cf "$T/evpnd.tar" .
	rm -r "$dir"
	image localhost/evpnd:0.1.0 "$T/evpnd.tar" '{}'
}

# FRR's image with evpn-reloader, as Containerfile.reloader makes it.
frr_image() {
	local dir=$T/frr-root

	mkdir -p "$dir/usr/local/sbin"
	cp "$CACHE/evpn-reloader" "$dir/usr/local/sbin/"
	cp "$CACHE/frr.tar" "$T/evpnd-frr.tar"
	tar -C "$dir" -rf "$T/evpnd-frr.tar" ./usr/local/sbin/evpn-reloader
	image localhost/evpnd-frr:0.1.0 "$T/evpnd-frr.tar" '{}'
}

# Called by set_up.
make_podman() {
	messages_up
	runtime_up
	evpnd_image
	frr_image
}

make_overlay() {
	mkdir -p "$T/overlay"
	# The health of sessions is asked often, and FRR gives up a neighbor soon.
	sed -e 's/name = "eth1"/name = "eth0"/' -e 's/192\.168\.11\.254/192.168.11.2/' \
		-e 's/keepalive = 3; hold = 9; connect = 5;/keepalive = 1; hold = 3; connect = 1;/' \
		"$REPO/etc/kubernetes/base/evpn.conf" > "$T/overlay/evpn.conf"
	echo 'health = { interval = 1; };' >> "$T/overlay/evpn.conf"
	printf '%s\n' 'apiVersion: kustomize.config.k8s.io/v1beta1' 'kind: Kustomization' 'resources:' \
		"  - $REPO/etc/kubernetes/overlays/containerd" 'generatorOptions: {disableNameSuffixHash: true}' 'configMapGenerator:' \
		'  - {name: evpnd, namespace: evpn-system, behavior: merge, files: [evpn.conf]}' "$@" > "$T/overlay/kustomization.yaml"
}

apply() {
	k8s load "$T/overlay"
}

# The NIC as the node has it before evpnd: named eth0, with an address and a route.
make_nic() {
	make_eth1
	ip -n "$HOST" link set eth1 down
	ip -n "$HOST" link set eth1 name eth0
	ip -n "$HOST" link set eth0 up
	ip -n "$HOST" addr add 192.168.11.3/24 dev eth0
	ip -n "$HOST" route add 203.0.113.0/24 via 192.168.11.2 dev eth0
}

make_nic_anew() {
	wait_until 60 "the former eth0 is gone" no_device node ip -n "$LEAF"
	make_nic
}

node_up() {
	set_up
	# The eth1 of set_up.
	ip -n "$LEAF" link del node
	make_nic
	kubelet_up
}
