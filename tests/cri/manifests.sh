#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# manifests.sh - each overlay of etc/kubernetes is valid by Kubernetes' schema, names what is there, and holds an evpn.conf that evpnd
# takes on each of its nodes; kustomize.py makes of it what kubectl makes
set -euo pipefail
REPO=$(cd "$(dirname "$0")/../.." && pwd)
BUILD=$(readlink -f "${BUILD:-$REPO/build}")
# shellcheck source=tests/lib/test.sh
. "$REPO/tests/lib/test.sh"

for module in yaml kubernetes; do
	/usr/bin/python3 -c "import $module" 2> /dev/null || skip "needs python3-$module"
done
[ -e "$BUILD/plugins/netns-cri/.libs/netns-cri.so" ] || skip "netns-cri is not built (configure says what it lacks)"
make_folder

schema() {
	/usr/bin/python3 "$REPO/tests/cri/schema.py" "$@"
}

# same_as_kubectl FOLDER : the order of objects does not matter
same_as_kubectl() {
	kubectl kustomize "$1" > "$T/kubectl.yaml"
	/usr/bin/python3 "$REPO/tests/cri/kustomize.py" "$1" > "$T/ours.yaml"
	/usr/bin/python3 - "$T/kubectl.yaml" "$T/ours.yaml" <<-'END'
		import sys, yaml
		one, two = ({(d["kind"], d["metadata"]["name"]): d for d in yaml.safe_load_all(open(f))} for f in sys.argv[1:])
		sys.exit(0 if one == two else "kubectl makes another %s" % [k for k in {*one, *two} if one.get(k) != two.get(k)])
	END
}

# no_field_lost FOLDER : kubectl reads the objects with pods into Kubernetes' own types and writes them again; a field that these types
# do not have is lost on the way. So are the defaults that the manifests name.
no_field_lost() {
	kubectl kustomize "$1" > "$T/objects.yaml"
	# It ends with an error, because of the objects without pods.
	ends 1 env KUBECONFIG=/dev/null kubectl set env --local -f "$T/objects.yaml" TRIED=yes -o yaml > "$T/typed.yaml" 2> "$T/errors"
	/usr/bin/python3 - "$T/objects.yaml" "$T/typed.yaml" <<-'END'
		import sys, yaml
		def lost(one, two, where):
		    if isinstance(one, dict):
		        return [l for k in one for l in (lost(one[k], two[k], where + "." + k) if k in two else [where + "." + k][:one[k] is not False])]
		    if isinstance(one, list):
		        return [l for i, item in enumerate(one) for l in lost(item, two[i], "%s[%d]" % (where, i))]
		    return []
		one, two = ({d["metadata"]["name"]: d for d in yaml.safe_load_all(open(f)) if d and d["kind"] == "DaemonSet"} for f in sys.argv[1:])
		sys.exit("no DaemonSets" if set(one) != set(two) else "".join(lost(one, two, "")) or 0)
	END
}

# takes FOLDER : evpnd, as each of the nodes; as in the pod, but for where this build's plugins and the ConfigMap's files are
takes() {
	local folder=$1 node vteps=''
	sed -i -e "s#\"netns-cri\"#\"$BUILD/plugins/netns-cri/.libs/netns-cri.so\"#" \
		-e "s#\"frr-signal\"#\"$BUILD/plugins/frr-signal/.libs/frr-signal.so\"#" -e "s#/etc/evpnd-conf/#$folder/#" "$folder/evpn.conf"
	sed 's/#.*//' "$folder/nodes" > "$T/nodes"
	while read -r node _; do
		[ -n "$node" ] || continue
		# That it is good on one node is enough to check, since the plugins and vtysh take their time.
		[ -n "$vteps" ] || NODE_NAME=$node "$BUILD/evpnd" --check --config "$folder/evpn.conf" || fail "evpnd does not take evpn.conf"
		vteps+=$(NODE_NAME=$node "$BUILD/evpnd" --print-frr --config "$folder/evpn.conf" | grep -oE 'network [0-9.]+/32')$'\n'
	done < "$T/nodes"
	[ "$(printf %s "$vteps" | sort -u | wc -l)" = "$(printf %s "$vteps" | wc -l)" ] || fail "two nodes have one VTEP: $vteps"
	NODE_NAME=stranger ends 78 "$BUILD/evpnd" --check --config "$folder/evpn.conf" 2> /dev/null || fail "a node without a number is taken"
}

# The component, on top of an overlay.
mkdir -p "$T/etc/kubernetes"
cp -r "$REPO/etc/kubernetes/." "$T/etc/kubernetes"
mkdir "$T/etc/kubernetes/overlays/with-component"
printf '%s\n' 'kind: Kustomization' 'resources: [../containerd]' 'components: [../../components/host-users]' \
	> "$T/etc/kubernetes/overlays/with-component/kustomization.yaml"

for overlay in "$T"/etc/kubernetes/overlays/*; do
	step "${overlay##*/}"
	schema "$overlay" "$T/${overlay##*/}"
	takes "$T/${overlay##*/}/evpnd"
	if kubectl kustomize "$overlay" > /dev/null 2>&1; then
		same_as_kubectl "$overlay"
		no_field_lost "$overlay"
	fi
done

step "the kustomization of doc/kubernetes.md"
mkdir "$T/mine"
sed -n '/^    # kustomization.yaml$/,/^$/s/^    //p' "$REPO/doc/kubernetes.md" > "$T/mine/kustomization.yaml"
cp "$T"/etc/kubernetes/base/{evpn.conf,nodes} "$T/mine"
echo 'node-9 9' >> "$T/mine/nodes"
if kubectl kustomize "$T/mine" > /dev/null 2>&1; then same_as_kubectl "$T/mine"; fi
/usr/bin/python3 "$REPO/tests/cri/kustomize.py" "$T/mine" > "$T/mine.yaml"
grep -q 'node-9 9' "$T/mine.yaml" || fail "the file nodes is not used"
grep -oE 'image: .*' "$T/mine.yaml" | sort -u > "$T/images"
printf 'image: registry.example/%s\n' evpnd-frr:10.3-1 evpnd:1.2 | cmp - "$T/images" || fail "$(cat "$T/images")"

step "what the schema and the rules must refuse"
cd "$T/etc/kubernetes/base"
while IFS='|' read -r file change what; do
	cp "$file" "$T/kept"
	sed -i "$change" "$file"
	ends 1 cmp -s "$file" "$T/kept" || fail "no change: $change"
	ends 1 schema ../overlays/containerd "$T/refused" 2> "$T/why" || fail "schema.py takes $change"
	grep -- "$what" "$T/why" || fail "another error than \`$what': $(cat "$T/why")"
	cp "$T/kept" "$file"
done <<'END'
evpnd.yaml|s/hostPID: true/hostPid: true/|V1PodSpec has no field hostPid
evpnd.yaml|s/periodSeconds: 30/periodSeconds: often/|'often' is no int
evpnd.yaml|s/  path: \/run\/netns/  paths: \/run\/netns/|V1HostPathVolumeSource has no field paths
frr.yaml|s/            drop: \["ALL"\]/            drop: ALL/|must be a list
frr.yaml|/^      labels:/,/app: frr$/s/app: frr$/app: other/|frr
evpnd.yaml|s/privileged: false/privileged: true/|evpnd/evpnd
frr.yaml|s/image: localhost\/evpnd-frr:0.1.0/image: localhost\/evpnd-frr/|frr-image/image\|frr/
evpn.conf|s/app = "frr"/app = "other"/|app = "other"
evpn.conf|s#unix:/run/evpnd/frr/#unix:/run/evpnd/other/#|other/reloader.sock
END
