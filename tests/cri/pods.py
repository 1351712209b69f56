#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""pods.py SOCKET COMMAND ... - makes and ends pods in a container runtime, as kubelet does

version                             the runtime's name and version; fails while it does not answer
run NAMESPACE NAME UID ATTEMPT [hostNetwork] [KEY=VALUE]...   starts a pod, prints its sandbox's id
stop ID, remove ID                  of a sandbox
container ID NAME [-m HOST:PATH]... -- COMMAND...    runs one of localhost/frr:test in a sandbox, prints its id
kill ID                             stops a container at once
exec ID COMMAND...                  runs a command in a container, with its output and exit status
pid ID, path ID                     of a sandbox, as the runtime says
pidc ID                             of a container
list                                all sandboxes: ID STATE NAMESPACE/NAME

$CRI_PY is where the messages are, made from runtime.proto by protoc; $CRI_CGROUP the cgroup above the pods.
"""
import json
import os
import sys

sys.path.insert(0, os.environ["CRI_PY"])
import grpc  # noqa: E402
import runtime_pb2 as cri  # noqa: E402

CAPABILITIES = ["NET_ADMIN", "NET_RAW", "SYS_ADMIN", "NET_BIND_SERVICE"]


def main(socket, command, *args):
    channel = grpc.insecure_channel("unix://" + socket)

    def call(method, **fields):
        request = getattr(cri, method + "Request")(**fields)
        ask = channel.unary_unary(
            "/runtime.v1.RuntimeService/" + method,
            request_serializer=lambda r: r.SerializeToString(),
            response_deserializer=getattr(cri, method + "Response").FromString)
        return ask(request, timeout=30)

    def info(reply):
        return json.loads(reply.info["info"])

    def linux(network):
        options = cri.NamespaceOption(network=network, pid=1)
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
            hostname="" if host else name, log_directory=os.environ["CRI_PY"],
            labels=dict(a.split("=", 1) for a in args[4:] if "=" in a), linux=linux(2 if host else 0))
        print(call("RunPodSandbox", config=config).pod_sandbox_id)
    elif command in ("stop", "remove"):
        call(command.capitalize() + "PodSandbox", pod_sandbox_id=args[0])
    elif command == "container":
        split = args.index("--")
        status = call("PodSandboxStatus", pod_sandbox_id=args[0]).status
        attempts = call("ListContainers", filter=cri.ContainerFilter(pod_sandbox_id=args[0])).containers
        attempt = sum(c.metadata.name == args[1] for c in attempts)
        mounts = [a.split(":") for a in args[2:split] if a != "-m"]
        security = cri.LinuxContainerSecurityContext(
            capabilities=cri.Capability(add_capabilities=CAPABILITIES),
            namespace_options=cri.NamespaceOption(pid=1))
        config = cri.ContainerConfig(
            metadata=cri.ContainerMetadata(name=args[1], attempt=attempt),
            image=cri.ImageSpec(image="localhost/frr:test"), command=list(args[split + 1:]),
            mounts=[cri.Mount(host_path=h, container_path=c) for h, c in mounts],
            log_path="%s.%d.log" % (args[1], attempt), linux=cri.LinuxContainerConfig(security_context=security))
        sandbox = cri.PodSandboxConfig(metadata=status.metadata, log_directory=os.environ["CRI_PY"], linux=linux(0))
        made = call("CreateContainer", pod_sandbox_id=args[0], config=config, sandbox_config=sandbox).container_id
        call("StartContainer", container_id=made)
        print(made)
    elif command == "kill":
        call("StopContainer", container_id=args[0], timeout=0)
    elif command == "exec":
        reply = call("ExecSync", container_id=args[0], cmd=args[1:], timeout=20)
        sys.stdout.write(reply.stdout.decode())
        sys.stderr.write(reply.stderr.decode())
        sys.exit(reply.exit_code)
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
        sys.exit(__doc__)


try:
    main(*sys.argv[1:])
except grpc.RpcError as error:
    sys.exit("pods.py: %s: %s" % (error.code(), error.details()))
