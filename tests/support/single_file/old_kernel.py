"""Runs a command on a kernel that seems to be Linux 3.10.

    python3 old_kernel.py [--getrandom] COMMAND [ARGUMENT...]

A seccomp filter answers ENOSYS to every system call of x86_64 that came later, which is what an old
kernel does. RHEL and CentOS 7 have one of them from 7.4 on: getrandom.
"""

import ctypes
import os
import struct
import sys

command = sys.argv[1:]
LATER = [(314, 334), (424, 470)]  # sched_setattr … rseq, pidfd_send_signal … removexattrat
if command[0] == "--getrandom":
    LATER = [(314, 317), (319, 334), (424, 470)]
    command = command[1:]

# From linux/bpf_common.h, linux/seccomp.h and linux/prctl.h.
LOAD, JUMP_AT_LEAST, RETURN = 0x20, 0x35, 0x06
ALLOW, ENOSYS = 0x7FFF0000, 0x00050000 | 38
PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, SECCOMP_MODE_FILTER = 22, 38, 2

program = [(LOAD, 0, 0, 0)]  # the number of the call
for first, last in LATER:
    program += [
        (JUMP_AT_LEAST, 0, 2, first),  # below `first`: on to the next range
        (JUMP_AT_LEAST, 1, 0, last + 1),  # above `last`: likewise
        (RETURN, 0, 0, ENOSYS),
    ]
program.append((RETURN, 0, 0, ALLOW))

code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *one) for one in program))
filter_ = struct.pack("HxxxxxxQ", len(program), ctypes.addressof(code))
libc = ctypes.CDLL(None, use_errno=True)
for call in (
    (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0),
    (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, filter_, 0, 0),
):
    if libc.prctl(*call) != 0:
        sys.exit(f"prctl: {os.strerror(ctypes.get_errno())}")
os.execvp(command[0], command)
