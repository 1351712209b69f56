#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""schema.py FOLDER CONFIGMAPS - judges what kustomize.py makes of FOLDER, and writes the files of its ConfigMaps to CONFIGMAPS/NAME/

The schema is that of python3-kubernetes, which is made from Kubernetes' own: an unknown field, a missing one or a value of a wrong type
is an error. Then come the rules that etc/kubernetes has given itself: privileges, images, volumes, and names that must fit.
"""
import os
import re
import sys

sys.dont_write_bytecode = True
import kubernetes.client.models as models  # noqa: E402
import kustomize  # noqa: E402

KINDS = {"DaemonSet": ("apps/v1", "V1DaemonSet"), "ConfigMap": ("v1", "V1ConfigMap"), "Namespace": ("v1", "V1Namespace")}
# What Debian's package is too old for: Kubernetes 1.25 and 1.30.
NEWER = {"V1PodSpec": {"hostUsers": "bool"}, "V1SecurityContext": {"appArmorProfile": "dict(str, str)"},
         "V1PodSecurityContext": {"appArmorProfile": "dict(str, str)"}}
SCALARS = {"str": str, "int": int, "bool": bool}
# Where netns-cri looks for the runtime by itself.
SOCKETS = {"/run/containerd": "containerd.sock", "/run/crio": "crio.sock", "/run/k3s/containerd": "containerd.sock"}


def check_type(value, kind, where):
    inner = re.fullmatch(r"(?:list\[|dict\(str, )(.*)[\])]", kind)
    if kind == "object":
        assert isinstance(value, (str, int, dict)), where
    elif kind in SCALARS:
        assert type(value) is SCALARS[kind], "%s: %r is no %s" % (where, value, kind)
    elif inner and kind.startswith("list"):
        assert isinstance(value, list) and value, "%s: must be a list" % where
        for number, item in enumerate(value):
            check_type(item, inner[1], "%s[%d]" % (where, number))
    elif inner:
        assert isinstance(value, dict), "%s: must be a group" % where
        for key, item in value.items():
            check_type(item, inner[1], where + "." + key)
    else:
        check_model(value, kind, where)


def check_model(value, kind, where):
    model = getattr(models, kind)
    assert isinstance(value, dict), "%s: must be a group" % where
    newer = NEWER.get(kind, {})
    names = {json: name for name, json in model.attribute_map.items()}
    for key, item in value.items():
        assert key in names or key in newer, "%s: %s has no field %s" % (where, kind, key)
        check_type(item, model.openapi_types[names[key]] if key in names else newer[key], where + "." + key)
    # It refuses to be without a required field.
    try:
        model(**{names[key]: item for key, item in value.items() if key in names})
    except ValueError as error:
        raise AssertionError("%s: %s" % (where, error)) from error


def check_schema(doc):
    version, model = KINDS[doc["kind"]]
    assert doc["apiVersion"] == version, doc["apiVersion"]
    check_model(doc, model, "%s/%s" % (doc["kind"], doc["metadata"]["name"]))


def containers(spec):
    return spec.get("initContainers", []) + spec["containers"]


def check_daemonset(doc, docs):
    name, template = doc["metadata"]["name"], doc["spec"]["template"]
    spec, labels = template["spec"], template["metadata"]["labels"]
    assert doc["spec"]["selector"]["matchLabels"].items() <= labels.items(), name
    assert spec["automountServiceAccountToken"] is False, name
    volumes = {v["name"]: v for v in spec.get("volumes", [])}
    used = {m["name"] for c in containers(spec) for m in c.get("volumeMounts", [])}
    assert set(volumes) == used, (name, set(volumes) ^ used)
    for volume in volumes.values():
        assert "configMap" not in volume or ("ConfigMap", volume["configMap"]["name"]) in docs, volume
    for container in containers(spec):
        where = name + "/" + container["name"]
        context = container["securityContext"]
        assert not context.get("privileged") and context["readOnlyRootFilesystem"], where
        assert context["capabilities"]["drop"] == ["ALL"], where
        assert (context.get("seccompProfile") or spec["securityContext"]["seccompProfile"]) == {"type": "RuntimeDefault"}, where
        assert re.fullmatch(r"localhost/evpnd(-frr)?:[0-9.]+", container["image"]), (where, container["image"])
        assert container["imagePullPolicy"] == "IfNotPresent" and container["resources"]["requests"], where
        # A subPath mount of a ConfigMap is never updated.
        assert not any("subPath" in m for m in container.get("volumeMounts", [])), where


def check_runtime(doc):
    """The directory of the socket is mounted where netns-cri looks for it"""
    spec = doc["spec"]["template"]["spec"]
    path = next(v["hostPath"]["path"] for v in spec["volumes"] if v["name"] == "runtime")
    mounts = {m["name"]: m for c in spec["containers"] for m in c["volumeMounts"]}
    assert path in SOCKETS and mounts["runtime"]["mountPath"] == path, path
    assert mounts["netns"]["mountPropagation"] == "HostToContainer"
    return "%s/%s" % (path, SOCKETS[path])


def check_names(docs):
    """What evpn.conf says of FRR's pod is so"""
    frr = docs["DaemonSet", "frr"]
    spec, labels = frr["spec"]["template"]["spec"], frr["spec"]["template"]["metadata"]["labels"]
    text = docs["ConfigMap", "evpnd"]["data"]["evpn.conf"]
    group = re.search(r"netns-cri = \{(.*)\};", text)[1]
    assert 'namespace = "%s"' % frr["metadata"]["namespace"] in group, group
    assert all('%s = "%s"' % item in group for item in labels.items()), group
    assert re.search('container = "(.*?)"', group)[1] in [c["name"] for c in spec["containers"]], group
    assert spec["hostNetwork"] is False
    paths = {v["name"]: v["hostPath"]["path"] for v in spec["volumes"] if "hostPath" in v}
    evpnd = docs["DaemonSet", "evpnd"]["spec"]["template"]["spec"]
    mounts = {m["name"]: m["mountPath"] for m in evpnd["containers"][0]["volumeMounts"]}
    shared = {v["name"]: v["hostPath"]["path"] for v in evpnd["volumes"] if "hostPath" in v}
    assert shared["frr"] == paths["etc"] and '"%s/frr.conf"' % mounts["frr"] in text, shared
    socket = re.search('address = "unix:(.*?)"', text)[1]
    assert socket.startswith(mounts["run"]) and os.path.dirname(socket).replace(mounts["run"], shared["run"], 1) == paths["socket"], socket


def main(folder, out):
    made = kustomize.build(folder)
    docs = {(doc["kind"], doc["metadata"]["name"]): doc for doc in made}
    assert len(docs) == len(made), "two objects have one name"
    for (kind, name), doc in docs.items():
        check_schema(doc)
        assert kind == "Namespace" or ("Namespace", doc["metadata"]["namespace"]) in docs, name
        if kind == "DaemonSet":
            check_daemonset(doc, docs)
        if kind == "ConfigMap":
            os.makedirs(os.path.join(out, name), exist_ok=True)
            for file, text in doc["data"].items():
                with open(os.path.join(out, name, file), "w") as to:
                    to.write(text)
    check_names(docs)
    sockets = {check_runtime(docs["DaemonSet", name]) for name in ("evpnd", "evpnd-remove")}
    assert len(sockets) == 1, sockets
    print("%s: %d objects, %s" % (os.path.basename(folder), len(docs), sockets.pop()))


try:
    main(*sys.argv[1:])
except AssertionError as error:
    sys.exit("schema.py: %s" % error)
