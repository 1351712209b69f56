#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# manifests.sh - the manifests are YAML, refer to what is there, and hold an evpn.conf that evpnd takes and that finds FRR's pod
set -euo pipefail
REPO=$(cd "$(dirname "$0")/../.." && pwd)
BUILD=$(readlink -f "${BUILD:-$REPO/build}")
# shellcheck source=tests/lib/test.sh
. "$REPO/tests/lib/test.sh"

/usr/bin/python3 -c 'import yaml' 2> /dev/null || skip "needs python3-yaml"
[ -e "$BUILD/plugins/netns-cri/.libs/netns-cri.so" ] || skip "netns-cri is not built (configure says what it lacks)"
make_folder

/usr/bin/python3 - "$REPO/etc/kubernetes" "$T" <<'END'
import re, sys, yaml
folder, out = sys.argv[1:]
docs = {}
for name in ("frr.yaml", "evpnd.yaml"):
    for doc in yaml.safe_load_all(open("%s/%s" % (folder, name))):
        assert doc["apiVersion"] and doc["metadata"]["name"], doc
        docs[doc["kind"], doc["metadata"]["name"]] = doc
        assert doc["kind"] == "Namespace" or ("Namespace", doc["metadata"]["namespace"]) in docs, doc["metadata"]
for (kind, name), doc in docs.items():
    if kind != "DaemonSet":
        continue
    template = doc["spec"]["template"]
    labels = template["metadata"]["labels"]
    for item in doc["spec"]["selector"]["matchLabels"].items():
        assert item in labels.items(), (name, item)
    volumes = {v["name"] for v in template["spec"]["volumes"]}
    used = {m["name"] for c in template["spec"]["containers"] for m in c["volumeMounts"]}
    assert volumes == used, (name, volumes ^ used)
    for volume in template["spec"]["volumes"]:
        if "configMap" in volume:
            assert ("ConfigMap", volume["configMap"]["name"]) in docs, volume
frr, evpnd = docs["DaemonSet", "frr"], docs["DaemonSet", "evpnd"]
assert frr["spec"]["template"]["spec"]["hostNetwork"] is False
assert evpnd["spec"]["template"]["spec"]["hostNetwork"] and evpnd["spec"]["template"]["spec"]["hostPID"]
data = docs["ConfigMap", "evpnd"]["data"]
group = re.search(r"netns-cri = \{(.*)\};", data["evpn.conf"])[1]
assert 'namespace = "%s"' % frr["metadata"]["namespace"] in group, group
for key, value in frr["spec"]["template"]["metadata"]["labels"].items():
    assert '%s = "%s"' % (key, value) in group, group
names = [c["name"] for c in frr["spec"]["template"]["spec"]["containers"]]
assert re.search('container = "(.*?)"', group)[1] in names, names
for name, text in data.items():
    open("%s/%s" % (out, name), "w").write(text)
END

# As in the pod, but for where this build's plugins are, and for the files of a node.
echo 1 > "$T/node-index"
sed -i -e "s#\"netns-cri\"#\"$BUILD/plugins/netns-cri/.libs/netns-cri.so\"#" \
	-e "s#\"frr-signal\"#\"$BUILD/plugins/frr-signal/.libs/frr-signal.so\"#" \
	-e "s#/etc/evpnd/node-index#$T/node-index#" -e "s#/etc/evpnd-conf/#$T/#" "$T/evpn.conf"
"$BUILD/evpnd" --check --config "$T/evpn.conf" || fail "evpnd does not take the ConfigMap's evpn.conf"
