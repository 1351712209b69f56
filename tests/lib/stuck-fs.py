# SPDX-License-Identifier: Apache-2.0
# stuck-fs.py FOLDER : a file system that has every file, and never opens one. Who opens a file there is in state D from then on:
# the kernel waits for the answer, and SIGKILL does not end that. It ends with this server. FOLDER is a mount point.
import ctypes, os, struct, sys

LOOKUP, FORGET, GETATTR, OPEN, INIT, INTERRUPT, BATCH_FORGET = 1, 2, 3, 14, 26, 36, 42
ENOSYS = 38
DIRECTORY, FILE = 0o40755, 0o100755


def attr(node):
    mode = DIRECTORY if node == 1 else FILE
    return struct.pack("<6Q10I", node, 4096, 8, 0, 0, 0, 0, 0, 0, mode, 1, 0, 0, 0, 4096, 0)


def answer(opcode, node):
    if opcode == INIT:
        return struct.pack("<4I2H2I2H8I", 7, 31, 65536, 0, 16, 12, 65536, 1, 16, 0, *[0] * 8)
    if opcode == LOOKUP:
        return struct.pack("<4Q2I", 2, 0, 3600, 3600, 0, 0) + attr(2)
    if opcode == GETATTR:
        return struct.pack("<Q2I", 3600, 0, 0) + attr(node)
    return None


device = os.open("/dev/fuse", os.O_RDWR)
libc = ctypes.CDLL(None, use_errno=True)
options = f"fd={device},rootmode=40000,user_id=0,group_id=0,allow_other"
if libc.mount(b"stuck", sys.argv[1].encode(), b"fuse", 0, options.encode()) < 0:
    sys.exit(f"mount: {os.strerror(ctypes.get_errno())}")
while True:
    request = os.read(device, 1 << 18)
    _, opcode, unique, node = struct.unpack_from("<2I2Q", request)
    if opcode in (OPEN, FORGET, INTERRUPT, BATCH_FORGET):
        continue
    body = answer(opcode, node)
    error = 0 if body is not None else -ENOSYS
    os.write(device, struct.pack("<IiQ", 16 + len(body or b""), error, unique) + (body or b""))
