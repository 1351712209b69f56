#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""pods.py SOCKET - makes and ends pods in a container runtime, as kubelet does

Each line of input is a command, as a shell would split it; client.py says how it is answered.

version                             the runtime's name and version; fails while it does not answer
run NAMESPACE NAME UID ATTEMPT [hostNetwork] [KEY=VALUE]...   starts a pod, prints its sandbox's id
stop ID, remove ID                  of a sandbox
container ID [-i IMAGE] [-m HOST:PATH]... NAME -- COMMAND...    runs one (of localhost/frr:test) in a sandbox, prints its id
kill ID                             stops a container at once
exec ID COMMAND...                  runs a command in a container, with its output and exit status
pid ID, path ID                     of a sandbox, as the runtime says
pidc ID                             of a container
list                                all sandboxes: ID STATE NAMESPACE/NAME

$CRI_CGROUP is the cgroup above the pods; $CRI_LOGS the directory of their logs as the runtime sees it, $CRI_PY by default.
"""
import os
import sys

sys.dont_write_bytecode = True
from client import call as call_socket, cri, info, serve  # noqa: E402

LOGS = os.environ.get("CRI_LOGS", os.environ["CRI_PY"])
CAPABILITIES = ["NET_ADMIN", "NET_RAW", "SYS_ADMIN", "NET_BIND_SERVICE"]


def run(print, command, *args):

    def call(method, **fields):
        return call_socket(sys.argv[1], method, **fields)

    # A pod shares its process namespace, as FRR's does with evpn-reloader.
    def linux(network):
        options = cri.NamespaceOption(network=network, pid=0)
        return cri.LinuxPodSandboxConfig(
            cgroup_parent=os.environ.get("CRI_CGROUP", ""),
            security_context=cri.LinuxSandboxSecurityContext(namespace_options=options))

    if command == "version":
        reply = call("Version")
        print(reply.runtime_name, reply.runtime_version)
    elif command == "run":
        namespace, name, uid, attempt = args[:4]
        host = "hostNetwork" in args
        config = cri.PodSandboxConfig(
            metadata=cri.PodSandboxMetadata(name=name, namespace=namespace, uid=uid, attempt=int(attempt)),
            hostname="" if host else name, log_directory=LOGS,
            labels=dict(a.split("=", 1) for a in args[4:] if "=" in a), linux=linux(2 if host else 0))
        print(call("RunPodSandbox", config=config).pod_sandbox_id)
    elif command in ("stop", "remove"):
        call(command.capitalize() + "PodSandbox", pod_sandbox_id=args[0])
    elif command == "container":
        split = args.index("--")
        options = dict(mounts=[], image="localhost/frr:test", name="")
        words = iter(args[1:split])
        for word in words:
            if word == "-m":
                options["mounts"].append(next(words).split(":"))
            elif word == "-i":
                options["image"] = next(words)
            else:
                options["name"] = word
        status = call("PodSandboxStatus", pod_sandbox_id=args[0]).status
        attempts = call("ListContainers", filter=cri.ContainerFilter(pod_sandbox_id=args[0])).containers
        attempt = sum(c.metadata.name == options["name"] for c in attempts)
        security = cri.LinuxContainerSecurityContext(
            capabilities=cri.Capability(add_capabilities=CAPABILITIES),
            namespace_options=cri.NamespaceOption(pid=0))
        config = cri.ContainerConfig(
            metadata=cri.ContainerMetadata(name=options["name"], attempt=attempt),
            image=cri.ImageSpec(image=options["image"]), command=list(args[split + 1:]),
            mounts=[cri.Mount(host_path=h, container_path=c) for h, c in options["mounts"]],
            log_path="%s.%d.log" % (options["name"], attempt), linux=cri.LinuxContainerConfig(security_context=security))
        sandbox = cri.PodSandboxConfig(metadata=status.metadata, log_directory=LOGS, linux=linux(0))
        made = call("CreateContainer", pod_sandbox_id=args[0], config=config, sandbox_config=sandbox).container_id
        call("StartContainer", container_id=made)
        print(made)
    elif command == "kill":
        call("StopContainer", container_id=args[0], timeout=0)
    elif command == "exec":
        reply = call("ExecSync", container_id=args[0], cmd=args[1:], timeout=20)
        print(reply.stdout.decode() + reply.stderr.decode(), end="")
        return reply.exit_code
    elif command == "pid":
        print(info(call("PodSandboxStatus", pod_sandbox_id=args[0], verbose=True))["pid"])
    elif command == "path":
        namespaces = info(call("PodSandboxStatus", pod_sandbox_id=args[0], verbose=True))["runtimeSpec"]["linux"]["namespaces"]
        print(next(n["path"] for n in namespaces if n["type"] == "network"))
    elif command == "pidc":
        print(info(call("ContainerStatus", container_id=args[0], verbose=True))["pid"])
    elif command == "list":
        for item in call("ListPodSandbox").items:
            state = ["ready", "notready"][item.state]
            print(item.id, state, item.metadata.namespace + "/" + item.metadata.name)
    else:
        raise ValueError(command)
    return 0


serve(run)
