#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""kubelet.py SOCKET - what a cluster and its kubelet make of the manifests on one node, by CRI in a real container runtime

It stands for the API server, the DaemonSet controller and kubelet, for what etc/kubernetes uses of them: node selectors and affinity,
update strategies, init containers in their order, containers that are started again, exec probes, hostPath, emptyDir and ConfigMap
volumes (updated as kubelet does), security contexts. A field that it does not know is an error. Each line of input is a command:

load FOLDER                 the kustomization of FOLDER is applied
label KEY=VALUE | KEY-      sets or removes a label of the node
sync                        goes a step towards what is wanted, prints what is still missing, and fails while there is something
delete DAEMONSET            deletes its pod, as `kubectl delete pod'; the next sync makes another one
probe DAEMONSET CONTAINER KIND   runs startupProbe, livenessProbe or readinessProbe once; fails as the probe does, and says how
exec DAEMONSET CONTAINER COMMAND...   with its output and exit status
kill DAEMONSET CONTAINER    ends a container at once
pid DAEMONSET CONTAINER, attempt DAEMONSET CONTAINER    its pid; how often it was started again
image DAEMONSET CONTAINER   the image that it was made from
sandbox DAEMONSET           the id of its pod's sandbox, or none

$KUBELET is the directory of volumes and logs; $NODE_NAME is the name of the node; $CRI_CGROUP the cgroup above the pods.
"""
import hashlib
import json
import os
import stat
import sys
import time

sys.dont_write_bytecode = True
from client import Refused, call as call_socket, cri, grpc, info, serve  # noqa: E402
import kustomize  # noqa: E402

HOME = os.environ["KUBELET"]
NODE = os.environ["NODE_NAME"]
POD_LABEL = "io.kubernetes.pod.name"
# As kubelet has them, for procMount: Default.
MASKED = ["/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list", "/proc/timer_stats",
          "/proc/sched_debug", "/proc/scsi", "/sys/firmware"]
READONLY = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]
PROPAGATION = {"None": 0, "HostToContainer": 1, "Bidirectional": 2}
RUNNING, EXITED = 1, 2

labels = {"kubernetes.io/os": "linux", "kubernetes.io/hostname": NODE}
daemonsets, configmaps = {}, {}
# Of a container of a pod: how often it was started again, and when it may be again. kubelet's pauses begin with 10 s.
attempts, pauses = {}, {}


def call(method, **fields):
    return call_socket(sys.argv[1], method, **fields)


def only(group, allowed):
    kustomize.only(group, allowed.split(), "kubelet.py")
    return group


def load(folder):
    daemonsets.clear()
    configmaps.clear()
    for doc in kustomize.build(folder):
        name = doc["metadata"]["name"]
        if doc["kind"] == "DaemonSet":
            daemonsets[name] = doc
        elif doc["kind"] == "ConfigMap":
            configmaps[doc["metadata"]["namespace"], name] = doc["data"]
        elif doc["kind"] != "Namespace":
            raise Refused("kubelet.py does not know the kind " + doc["kind"])


# The DaemonSet controller.

def spec_of(name):
    return daemonsets[name]["spec"]["template"]["spec"]


def is_wanted(spec):
    if any(labels.get(key) != value for key, value in spec.get("nodeSelector", {}).items()):
        return False
    affinity = spec.get("affinity")
    if affinity is None:
        return True
    required = only(only(affinity, "nodeAffinity")["nodeAffinity"], "requiredDuringSchedulingIgnoredDuringExecution")
    for term in required["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"]:
        for rule in only(term, "matchExpressions")["matchExpressions"]:
            if (labels.get(rule["key"]) in rule["values"]) != {"In": True, "NotIn": False}[rule["operator"]]:
                break
        else:
            return True
    return False


def hash_of(name):
    return hashlib.sha256(json.dumps(daemonsets[name]["spec"]["template"], sort_keys=True).encode()).hexdigest()[:10]


def pod_of(name):
    """The DaemonSet's sandbox, or None"""
    items = call("ListPodSandbox", filter=cri.PodSandboxFilter(label_selector={"daemonset": name})).items
    return max(items, key=lambda item: item.created_at, default=None)


def containers_of(pod, name=None):
    """Of the pod, or of this name; the newest one first"""
    found = call("ListContainers", filter=cri.ContainerFilter(pod_sandbox_id=pod.id)).containers
    return sorted((c for c in found if name in (None, c.metadata.name)), key=lambda c: -c.created_at)


def end_pod(name):
    pod = pod_of(name)
    for container in containers_of(pod):
        if container.state == RUNNING:
            call("StopContainer", container_id=container.id, timeout=spec_of(name).get("terminationGracePeriodSeconds", 30))
    call("StopPodSandbox", pod_sandbox_id=pod.id)
    call("RemovePodSandbox", pod_sandbox_id=pod.id)


# kubelet: pods and volumes.

def namespaces(spec):
    # The pod's 0, the container's 1, the node's 2.
    return cri.NamespaceOption(network=2 if spec.get("hostNetwork") else 0,
                               pid=2 if spec.get("hostPID") else 0 if spec.get("shareProcessNamespace") else 1)


def seccomp(context):
    profile = only(context.get("seccompProfile", {"type": "Unconfined"}), "type")
    return cri.SecurityProfile(profile_type={"RuntimeDefault": 0, "Unconfined": 1}[profile["type"]])


def sandbox_config(name, uid):
    spec, meta = spec_of(name), daemonsets[name]["spec"]["template"]["metadata"]
    context = only(spec.get("securityContext", {}), "seccompProfile runAsNonRoot runAsUser runAsGroup")
    namespace = daemonsets[name]["metadata"]["namespace"]
    pod = name + "-" + uid[-5:]
    return cri.PodSandboxConfig(
        metadata=cri.PodSandboxMetadata(name=pod, namespace=namespace, uid=uid, attempt=0),
        hostname="" if spec.get("hostNetwork") else pod, log_directory=HOME + "/logs",
        labels=dict(only(meta, "labels")["labels"], daemonset=name, hash=hash_of(name), **{POD_LABEL: pod}),
        linux=cri.LinuxPodSandboxConfig(
            cgroup_parent=os.environ.get("CRI_CGROUP", ""),
            security_context=cri.LinuxSandboxSecurityContext(namespace_options=namespaces(spec), seccomp=seccomp(context))))


def make_pod(name):
    spec = only(spec_of(name), "hostNetwork hostPID hostUsers shareProcessNamespace dnsPolicy automountServiceAccountToken "
                "enableServiceLinks priorityClassName nodeSelector affinity tolerations terminationGracePeriodSeconds "
                "securityContext initContainers containers volumes")
    handlers = call("Status").runtime_handlers
    # Kubelet refuses such a pod where the runtime does not report the feature, and so it never runs with the node's users.
    if spec.get("hostUsers") is False and not any(h.features.user_namespaces for h in handlers):
        raise Refused("hostUsers is false, and the container runtime has no user namespaces")
    uid = "%s-%05x" % (name, time.time_ns() // 1000000 & 0xfffff)
    for volume in spec.get("volumes", []):
        volume_path(name, uid, volume["name"])
    call("RunPodSandbox", config=sandbox_config(name, uid))


def host_path(volume):
    path, kind = volume["path"], volume.get("type", "")
    if kind == "DirectoryOrCreate":
        os.makedirs(path, 0o755, exist_ok=True)
    check = {"": lambda mode: True, "Directory": stat.S_ISDIR, "DirectoryOrCreate": stat.S_ISDIR, "Socket": stat.S_ISSOCK}
    if kind and not (os.path.exists(path) and check[kind](os.stat(path).st_mode)):
        raise Refused("hostPath type check failed: %s is not a %s" % (path, kind))
    return path


def write_configmap(path, data):
    """All files at once, by renaming the link ..data; nothing if they are so already"""
    old = os.path.join(path, "..data")
    if os.path.isdir(old) and {f: open(os.path.join(old, f)).read() for f in os.listdir(old)} == data:
        return
    new = os.path.join(path, "..%d" % time.time_ns())
    os.makedirs(new)
    for name, text in data.items():
        with open(os.path.join(new, name), "w") as file:
            file.write(text)
        if not os.path.islink(os.path.join(path, name)):
            os.symlink("..data/" + name, os.path.join(path, name))
    os.symlink(os.path.basename(new), old + "_tmp")
    os.rename(old + "_tmp", old)


def volume_path(name, uid, volume_name):
    volume = next(v for v in spec_of(name)["volumes"] if v["name"] == volume_name)
    only(volume, "name hostPath emptyDir configMap")
    if "hostPath" in volume:
        return host_path(volume["hostPath"])
    path = os.path.join(HOME, "pods", uid, volume_name)
    os.makedirs(path, exist_ok=True)
    if "emptyDir" in volume:
        only(volume["emptyDir"], "medium")
        os.chmod(path, 0o777)
    else:
        write_configmap(path, configmaps[daemonsets[name]["metadata"]["namespace"], volume["configMap"]["name"]])
    return path


def environment(container, pod):
    fields = {"spec.nodeName": NODE, "metadata.name": pod.metadata.name}
    return [cri.KeyValue(key=e["name"], value=e["value"] if "value" in e else fields[e["valueFrom"]["fieldRef"]["fieldPath"]])
            for e in container.get("env", [])]


def container_security(name, container):
    pod = spec_of(name).get("securityContext", {})
    own = only(container.get("securityContext", {}), "privileged readOnlyRootFilesystem allowPrivilegeEscalation capabilities "
               "seccompProfile appArmorProfile")
    capabilities = only(own.get("capabilities", {}), "add drop")
    out = cri.LinuxContainerSecurityContext(
        privileged=own.get("privileged", False), readonly_rootfs=own.get("readOnlyRootFilesystem", False),
        no_new_privs=not own.get("allowPrivilegeEscalation", True), namespace_options=namespaces(spec_of(name)),
        capabilities=cri.Capability(add_capabilities=capabilities.get("add", []), drop_capabilities=capabilities.get("drop", [])),
        masked_paths=MASKED, readonly_paths=READONLY, seccomp=seccomp(dict(pod, **own)))
    # This containerd has no AppArmor where the kernel has none, and then takes no profile either.
    if "runAsUser" in pod:
        out.run_as_user.value = pod["runAsUser"]
        out.run_as_group.value = pod["runAsGroup"]
    return out


def start(name, pod, container):
    only(container, "name image imagePullPolicy command args env startupProbe livenessProbe readinessProbe resources securityContext "
         "volumeMounts")
    mounts = [cri.Mount(container_path=m["mountPath"], host_path=volume_path(name, pod.metadata.uid, m["name"]),
                        readonly=m.get("readOnly", False), propagation=PROPAGATION[m.get("mountPropagation", "None")])
              for m in container.get("volumeMounts", []) if only(m, "name mountPath readOnly mountPropagation")]
    key = pod.id, container["name"]
    if time.monotonic() < pauses.get(key, 0):
        return
    attempts[key] = attempts.get(key, -1) + 1
    pauses[key] = time.monotonic() + min(8, 0.25 * 2 ** attempts[key])
    config = cri.ContainerConfig(
        metadata=cri.ContainerMetadata(name=container["name"], attempt=attempts[key]), image=cri.ImageSpec(image=container["image"]),
        command=container.get("command", []), args=container.get("args", []), envs=environment(container, pod), mounts=mounts,
        labels={"io.kubernetes.container.name": container["name"]}, log_path="%s.%s.%d.log" % (*key, attempts[key]),
        linux=cri.LinuxContainerConfig(security_context=container_security(name, container)))
    made = call("CreateContainer", pod_sandbox_id=pod.id, config=config, sandbox_config=sandbox_config(name, pod.metadata.uid))
    call("StartContainer", container_id=made.container_id)


def run_containers(name, pod):
    """What is missing of the pod's containers is started; the answer is what is missing still"""
    for container in spec_of(name).get("initContainers", []):
        there = containers_of(pod, container["name"])
        status = call("ContainerStatus", container_id=there[0].id).status if there else None
        if status is None or (status.state == EXITED and status.exit_code != 0):
            start(name, pod, container)
        if status is None or status.state != EXITED or status.exit_code != 0:
            return "init container " + container["name"]
    for container in spec_of(name)["containers"]:
        there = containers_of(pod, container["name"])
        if not there or there[0].state == EXITED:
            start(name, pod, container)
    waits = [c["name"] for c in spec_of(name)["containers"] if probe(name, c["name"], "readinessProbe")]
    return " ".join(waits)


def sync_one(name):
    pod = pod_of(name)
    wanted = is_wanted(spec_of(name))
    strategy = daemonsets[name]["spec"]["updateStrategy"]["type"]
    if pod is not None and (not wanted or pod.state != 0 or (strategy == "RollingUpdate" and pod.labels["hash"] != hash_of(name))):
        end_pod(name)
        pod = None
    if not wanted:
        return ""
    if pod is None:
        make_pod(name)
        pod = pod_of(name)
    for volume in spec_of(name).get("volumes", []):
        if "configMap" in volume:
            volume_path(name, pod.metadata.uid, volume["name"])
    return run_containers(name, pod)


def try_sync(name):
    try:
        return sync_one(name)
    except Refused as error:
        return str(error)


def running(name, container):
    pod = pod_of(name)
    there = containers_of(pod, container) if pod is not None else []
    if not there or there[0].state != RUNNING:
        raise Refused("container %s of %s does not run" % (container, name))
    return there[0]


def probe(name, container, kind):
    """None, or why it fails"""
    settings = next(c for c in spec_of(name)["containers"] if c["name"] == container).get(kind)
    try:
        made = running(name, container)
        if settings is None:
            return None
        only(settings, "exec periodSeconds timeoutSeconds failureThreshold")
        reply = call("ExecSync", container_id=made.id, cmd=settings["exec"]["command"], timeout=settings.get("timeoutSeconds", 1))
    except Refused as error:
        return str(error)
    except grpc.RpcError as error:
        return "%s %s" % (error.code(), error.details())
    return "exit status %d" % reply.exit_code if reply.exit_code else None


def run(print, command, *args):
    if command == "load":
        load(args[0])
    elif command == "label":
        key, found, value = args[0].partition("=")
        labels.pop(key.rstrip("-"), None)
        if found:
            labels[key] = value
    elif command == "sync":
        missing = ["%s: %s" % (name, text) for name, text in ((name, try_sync(name)) for name in daemonsets) if text]
        print("\n".join(missing))
        return 1 if missing else 0
    elif command == "delete":
        end_pod(args[0])
    elif command == "probe":
        why = probe(*args)
        print(why or "ok")
        return 1 if why else 0
    elif command == "exec":
        reply = call("ExecSync", container_id=running(*args[:2]).id, cmd=args[2:], timeout=25)
        print(reply.stdout.decode() + reply.stderr.decode(), end="")
        return reply.exit_code
    elif command == "kill":
        call("StopContainer", container_id=running(*args).id, timeout=0)
    elif command == "pid":
        print(info(call("ContainerStatus", container_id=running(*args).id, verbose=True))["pid"])
    elif command == "attempt":
        print(running(*args).metadata.attempt)
    elif command == "image":
        print(running(*args).image.image)
    elif command == "sandbox":
        pod = pod_of(args[0])
        print(pod.id if pod is not None else "none")
    else:
        raise ValueError(command)
    return 0


serve(run)
