#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""fake.py SOCKET - a container runtime, for what a real one does not do on demand

Each line of input is JSON, merged into the state; "ok CALLS LISTENERS" is printed when it is done: how many calls came so
far, and how many listen now.

runtime     [NAME, VERSION]
sandboxes   a list of { id, namespace, name, labels, state, created, host, pid, path }; info: instead of pid and path
cycle       a list of such lists: each ListPodSandbox takes the next
containers  a list of { id, sandbox, name, state, created, pid }
v1          false: only v1alpha2 is known; null: no CRI at all
faults      { METHOD: FAULT }, FAULT one of
            hang close halfclosed http1 http500 type compressed truncated notrailers garbage twice long huge, or
            "status N MESSAGE"
event       { container, namespace, name } is sent to all that listen; "" is a message that is none
stream      what becomes of GetContainerEvents: listen (default), end, unimplemented
drop        true: all connections are cut

$CRI_PY is where the messages are.
"""
import asyncio
import json
import os
import sys

sys.path.insert(0, os.environ["CRI_PY"])
import h2.config  # noqa: E402
import h2.connection  # noqa: E402
import h2.events  # noqa: E402
import runtime_pb2 as cri  # noqa: E402

state = {"runtime": ["containerd", "1.6.0"], "sandboxes": [], "containers": [], "faults": {}, "v1": True, "stream": "listen"}
connections = set()
calls = 0


def frame(message, flag=0):
    return bytes([flag]) + len(message).to_bytes(4, "big") + message


def info(item):
    if "info" in item:
        return {} if item["info"] is None else {"info": item["info"]}
    out = {"pid": item["pid"]} if "pid" in item else {}
    if "path" in item:
        out["runtimeSpec"] = {"linux": {"namespaces": [{"type": "network", "path": item["path"]}]}}
    return {"info": json.dumps(out)}


def metadata(item):
    return cri.PodSandboxMetadata(name=item["name"], namespace=item.get("namespace", "test"))


def find(items, name):
    return next((i for i in items if i["id"] == name), None)


def answer(method, body):
    """The reply's message; None: not found."""
    if method == "Version":
        return cri.VersionResponse(runtime_name=state["runtime"][0], runtime_version=state["runtime"][1])
    if method == "ListPodSandbox":
        if state.get("cycle"):
            state["sandboxes"] = state["cycle"][0]
            state["cycle"] = state["cycle"][1:] + state["cycle"][:1]
        return cri.ListPodSandboxResponse(items=[
            cri.PodSandbox(id=s["id"], metadata=metadata(s), state=s.get("state", 0), created_at=s.get("created", 0),
                           labels=s.get("labels", {"app": "frr"})) for s in state["sandboxes"]])
    if method == "PodSandboxStatus":
        s = find(state["sandboxes"], cri.PodSandboxStatusRequest.FromString(body).pod_sandbox_id)
        linux = cri.LinuxPodSandboxStatus(namespaces=cri.Namespace(
            options=cri.NamespaceOption(network=2 if s and s.get("host") else 0)))
        return s and cri.PodSandboxStatusResponse(info=info(s), status=cri.PodSandboxStatus(
            id=s["id"], metadata=metadata(s), state=s.get("state", 0), linux=linux))
    if method == "ListContainers":
        return cri.ListContainersResponse(containers=[
            cri.Container(id=c["id"], pod_sandbox_id=c["sandbox"], state=c.get("state", 1), created_at=c.get("created", 0),
                          metadata=cri.ContainerMetadata(name=c["name"])) for c in state["containers"]])
    if method == "ContainerStatus":
        c = find(state["containers"], cri.ContainerStatusRequest.FromString(body).container_id)
        return c and cri.ContainerStatusResponse(info=info(c), status=cri.ContainerStatus(id=c["id"], state=c.get("state", 1)))
    return None


class Connection(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport
        self.h2 = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False, header_encoding="utf-8"))
        self.h2.initiate_connection()
        self.bodies, self.methods, self.listeners, self.pending = {}, {}, set(), {}
        connections.add(self)
        self.flush()

    def connection_lost(self, reason):
        connections.discard(self)

    def flush(self):
        self.transport.write(self.h2.data_to_send())

    def data_received(self, data):
        for event in self.h2.receive_data(data):
            if isinstance(event, h2.events.RequestReceived):
                self.methods[event.stream_id] = dict(event.headers)[":path"]
                self.bodies[event.stream_id] = b""
            elif isinstance(event, h2.events.DataReceived):
                self.bodies[event.stream_id] += event.data
                self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            elif isinstance(event, h2.events.StreamEnded):
                self.serve(event.stream_id)
            elif isinstance(event, h2.events.StreamReset):
                self.pending.pop(event.stream_id, None)
                self.listeners.discard(event.stream_id)
        for stream in list(self.pending):
            self.send(stream)
        self.flush()

    def serve(self, stream):
        global calls
        calls += 1
        _, service, method = self.methods[stream].split("/")
        version = service.split(".")[1]
        fault = state["faults"].get(method, "")
        if state["v1"] is None or (version == "v1" and not state["v1"]):
            self.headers(stream, status=12, message="unknown service " + service)
        elif method == "GetContainerEvents":
            self.stream(stream)
        elif fault in ("", "hang") or not self.fail(stream, fault):
            if fault != "hang":
                self.reply(stream, answer(method, self.bodies[stream][5:]))

    def stream(self, stream):
        if state["stream"] == "unimplemented":
            self.headers(stream, status=12, message="unknown method GetContainerEvents")
        elif state["stream"] == "end":
            self.headers(stream, status=0)
        else:
            self.listeners.add(stream)

    def headers(self, stream, http=200, type="application/grpc", status=None, message="", end=None):
        fields = [(":status", str(http)), ("content-type", type)]
        if status is not None:
            fields += [("grpc-status", str(status)), ("grpc-message", message)]
        self.h2.send_headers(stream, fields, end_stream=status is not None if end is None else end)

    def reply(self, stream, message):
        if message is None:
            self.headers(stream, status=5, message="not found")
            return
        self.headers(stream)
        self.body(stream, frame(message.SerializeToString()))

    def body(self, stream, data, trailers=True):
        self.pending[stream] = [data, trailers]
        self.send(stream)

    def send(self, stream):
        data, trailers = self.pending[stream]
        while data:
            n = min(self.h2.local_flow_control_window(stream), self.h2.max_outbound_frame_size, len(data))
            if n <= 0:
                break
            self.h2.send_data(stream, data[:n], end_stream=not trailers and n == len(data))
            data = data[n:]
        self.pending[stream][0] = data
        if not data:
            del self.pending[stream]
            if trailers:
                self.h2.send_headers(stream, [("grpc-status", "0")], end_stream=True)

    def fail(self, stream, fault):
        message = cri.ListPodSandboxResponse().SerializeToString()
        if fault == "close":
            self.headers(stream)
            self.flush()
            self.transport.close()
        elif fault == "halfclosed":
            self.flush()
            self.transport.write_eof()
            self.flush = lambda: None
        elif fault == "http1":
            self.transport.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
            self.transport.close()
        elif fault == "http500":
            self.headers(stream, http=500, type="text/plain", end=True)
        elif fault == "type":
            self.headers(stream, type="text/html")
            self.body(stream, frame(message))
        elif fault == "compressed":
            self.headers(stream)
            self.body(stream, frame(message, flag=1))
        elif fault == "truncated":
            self.headers(stream)
            self.body(stream, frame(b"1234567890")[:9])
        elif fault == "notrailers":
            self.headers(stream)
            self.body(stream, frame(message), trailers=False)
        elif fault == "garbage":
            self.headers(stream)
            self.body(stream, frame(b"\xff" * 100))
        elif fault == "twice":
            self.headers(stream)
            self.body(stream, frame(message) * 2)
        elif fault == "long":
            self.headers(stream)
            self.body(stream, b"\0\x7f\xff\xff\xff" + b"x" * 100)
        elif fault == "huge":
            self.headers(stream)
            self.body(stream, frame(b"\x1a\x00" * (9 << 20)))
        elif fault.startswith("status "):
            _, status, text = fault.split(" ", 2)
            self.headers(stream, status=status, message=text)
        else:
            return False
        return True

    def tell(self, event):
        for stream in self.listeners:
            if stream not in self.methods or event is None:
                continue
            if not getattr(self, "opened", None) == stream:
                self.headers(stream)
                self.opened = stream
            message = b"\xff"
            if event:
                message = cri.ContainerEventResponse(container_id=event["container"], pod_sandbox_status=cri.PodSandboxStatus(
                    id="x", metadata=metadata(event))).SerializeToString()
            self.h2.send_data(stream, frame(message))
        self.flush()


def obey(line):
    state.update(json.loads(line))
    event = state.pop("event", None)
    for connection in list(connections):
        if event is not None:
            connection.tell(event)
        if state.get("drop"):
            connection.transport.abort()
    state.pop("drop", None)
    print("ok", calls, sum(len(c.listeners) for c in connections), flush=True)


async def main(path):
    loop = asyncio.get_running_loop()
    await loop.create_unix_server(Connection, path)
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        obey(line)


asyncio.run(main(sys.argv[1]))
