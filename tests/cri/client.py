# SPDX-License-Identifier: Apache-2.0
"""client.py - how the programs of the CRI tests speak with the container runtime, and with the test that started them

call(SOCKET, METHOD, field=value...)    one request; the answer
serve(RUN)      for each line of input RUN(print, WORDS...); the answer is a line with its exit status and the number of characters that
                follow. (One process for all commands: to import gRPC takes longer than to run a pod.)

$CRI_PY is where the messages are, made from runtime.proto by protoc.
"""
import io
import json
import os
import shlex
import sys

sys.path.insert(0, os.environ["CRI_PY"])
import grpc  # noqa: E402
import runtime_pb2 as cri  # noqa: E402


class Refused(Exception):
    """What a program says instead of doing it"""


def call(socket, method, seconds=30, **fields):
    request = getattr(cri, method + "Request")(**fields)
    with grpc.insecure_channel("unix://" + socket) as channel:
        ask = channel.unary_unary(
            "/runtime.v1.RuntimeService/" + method,
            request_serializer=lambda r: r.SerializeToString(),
            response_deserializer=getattr(cri, method + "Response").FromString)
        return ask(request, timeout=seconds)


def info(reply):
    return json.loads(reply.info["info"])


def serve(run):
    for line in sys.stdin:
        out, status = io.StringIO(), 1
        try:
            status = run(lambda *a, **k: print(*a, **k, file=out), *shlex.split(line))
        except grpc.RpcError as error:
            print("%s: %s: %s: %s" % (sys.argv[0], line.strip(), error.code(), error.details()), file=sys.stderr)
        except Refused as error:
            print(error, file=out)
        print(status, len(out.getvalue()))
        print(out.getvalue(), end="", flush=True)
