#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""kustomize.py FOLDER - prints what `kubectl kustomize FOLDER' prints, for the features of kustomize that etc/kubernetes uses

These are resources, components, patches (a file; for one object, or for those of a target), images and configMapGenerator with files.
Anything else is an error. tests/cri/manifests.sh compares the two where kubectl is installed.
"""
import os
import re
import sys

import yaml

KEYS = {"apiVersion", "kind", "resources", "components", "patches", "images", "configMapGenerator", "generatorOptions"}
# The key by which the items of such a list are the same; a list that is not here is replaced as a whole.
MERGE_KEYS = {"containers": "name", "initContainers": "name", "volumes": "name", "env": "name", "volumeMounts": "mountPath"}


def only(group, allowed, where):
    if not set(group) <= set(allowed):
        raise SystemExit("%s: kustomize.py does not know %s" % (where, ", ".join(sorted(set(group) - set(allowed)))))


def merge(old, new, name=""):
    """new over old, as a strategic merge patch"""
    if isinstance(old, dict) and isinstance(new, dict):
        out = dict(old)
        for key, value in new.items():
            if key.startswith("$"):
                raise SystemExit("kustomize.py does not know %s" % key)
            if value is None:
                out.pop(key, None)
            else:
                out[key] = merge(old.get(key), value, key)
        return out
    if isinstance(old, list) and isinstance(new, list) and name in MERGE_KEYS:
        key = MERGE_KEYS[name]
        patches = {item[key]: item for item in new}
        kept = [merge(item, patches.pop(item[key], item)) for item in old]
        return list(patches.values()) + kept
    return new


def identity(doc):
    return doc["kind"], doc["metadata"].get("namespace"), doc["metadata"]["name"]


def patch(docs, entry, folder, where):
    only(entry, ["path", "target"], where)
    with open(os.path.join(folder, entry["path"])) as file:
        change = yaml.safe_load(file)
    target = entry.get("target")
    if target is None:
        found = [doc for doc in docs if identity(doc) == identity(change)]
    else:
        only(target, ["kind", "name"], where)
        found = [doc for doc in docs if doc["kind"] == target["kind"] and re.fullmatch(target["name"], doc["metadata"]["name"])]
        change = dict(change, metadata={})
    if not found:
        raise SystemExit("%s: no object for the patch %s" % (where, entry["path"]))
    return [merge(doc, change) if any(doc is f for f in found) else doc for doc in docs]


def generate(docs, entry, folder, where):
    only(entry, ["name", "namespace", "behavior", "files"], where)
    data = {}
    for file in entry["files"]:
        with open(os.path.join(folder, file)) as text:
            data[os.path.basename(file)] = text.read()
    made = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": entry["name"], "namespace": entry["namespace"]}, "data": data}
    there = [doc for doc in docs if identity(doc) == identity(made)]
    behavior = entry.get("behavior", "create")
    if behavior not in ("create", "merge", "replace") or bool(there) != (behavior != "create"):
        raise SystemExit("%s: ConfigMap %s: cannot %s" % (where, entry["name"], behavior))
    if behavior == "merge":
        made["data"] = dict(there[0]["data"], **data)
    return [doc for doc in docs if doc not in there] + [made]


def set_images(node, images):
    if isinstance(node, dict):
        for key, value in node.items():
            if key in ("containers", "initContainers"):
                for container in value:
                    name, _, tag = container["image"].partition(":")
                    for image in images:
                        if image["name"] == name:
                            name, tag = image.get("newName", name), image.get("newTag", tag)
                    container["image"] = name + ":" + tag
            set_images(value, images)
    elif isinstance(node, list):
        for item in node:
            set_images(item, images)


def build(folder, docs=()):
    """The objects of a folder with a kustomization; those of a component are what it makes of docs"""
    where = os.path.join(folder, "kustomization.yaml")
    with open(where) as file:
        kustomization = yaml.safe_load(file)
    only(kustomization, KEYS, where)
    if kustomization["kind"] != ("Component" if docs else "Kustomization"):
        raise SystemExit("%s: kind is %s" % (where, kustomization["kind"]))
    docs = list(docs)
    for resource in kustomization.get("resources", []):
        path = os.path.join(folder, resource)
        if os.path.isdir(path):
            docs += build(path)
        else:
            with open(path) as file:
                docs += [doc for doc in yaml.safe_load_all(file) if doc]
    for entry in kustomization.get("configMapGenerator", []):
        if kustomization.get("generatorOptions") != {"disableNameSuffixHash": True}:
            raise SystemExit("%s: generatorOptions must be disableNameSuffixHash: true" % where)
        docs = generate(docs, entry, folder, where)
    for component in kustomization.get("components", []):
        docs = build(os.path.join(folder, component), docs)
    for entry in kustomization.get("patches", []):
        docs = patch(docs, entry, folder, where)
    for image in kustomization.get("images", []):
        only(image, ["name", "newName", "newTag"], where)
    set_images(docs, kustomization.get("images", []))
    return docs


if __name__ == "__main__":
    print(yaml.safe_dump_all(build(sys.argv[1]), sort_keys=False), end="")
