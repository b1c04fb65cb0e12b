"""System calls that a worker has no use for, refused by the kernel (Linux, x86_64 and aarch64).

A filter in the kernel's packet filter language looks at the number of each call. The refused ones fail with
``EPERM``, so that a query that tries gets an error like any other: new sockets of any family (and with them
the network), the asynchronous interface that could open them, other programs, and other processes' memory.
Calls by another calling convention of the processor, whose numbers differ, kill the worker.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct
from dataclasses import dataclass

__all__ = ["ARCHITECTURES", "Architecture", "make_filter", "refuse_calls"]

_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 38, 22, 2
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _KILL, _REFUSE = 0x7FFF0000, 0x80000000, 0x00050000 | errno.EPERM
_NUMBER_AT, _ARCHITECTURE_AT = 0, 4
_OTHER_NUMBERS_FROM = 0x40000000
"""On x86_64, the numbers of the calling convention with 32-bit pointers."""


@dataclass(frozen=True)
class Architecture:
    """What the kernel calls a processor, and its numbers of the refused calls."""

    audit: int
    refused: dict[str, int]


ARCHITECTURES = {
    "x86_64": Architecture(
        0xC000003E,
        {
            "socket": 41, "connect": 42, "execve": 59, "kill": 62, "ptrace": 101, "tkill": 200,
            "process_vm_readv": 310, "process_vm_writev": 311, "bpf": 321, "execveat": 322,
            "pidfd_send_signal": 424, "io_uring_setup": 425, "io_uring_enter": 426, "pidfd_open": 434,
            "pidfd_getfd": 438,
        },
    ),
    "aarch64": Architecture(
        0xC00000B7,
        {
            "socket": 198, "connect": 203, "execve": 221, "kill": 129, "ptrace": 117, "tkill": 130,
            "process_vm_readv": 270, "process_vm_writev": 271, "bpf": 280, "execveat": 281,
            "pidfd_send_signal": 424, "io_uring_setup": 425, "io_uring_enter": 426, "pidfd_open": 434,
            "pidfd_getfd": 438,
        },
    ),
}  # fmt: skip


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def make_filter(architecture: Architecture) -> bytes:
    """Return the filter for a processor: instructions of 8 bytes each.

    >>> len(make_filter(ARCHITECTURES["aarch64"])) % 8
    0
    """
    numbers = sorted(architecture.refused.values())
    steps = [
        (_LOAD, 0, 0, _ARCHITECTURE_AT),
        (_EQUAL, 1, 0, architecture.audit),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER_AT),
        (_AT_LEAST, 0, 1, _OTHER_NUMBERS_FROM),
        (_RETURN, 0, 0, _KILL),
        *((_EQUAL, len(numbers) - at, 0, number) for at, number in enumerate(numbers)),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE),
    ]
    return b"".join(struct.pack("=HBBI", *step) for step in steps)


def refuse_calls(libc: ctypes.CDLL) -> None:
    """Install the filter in this thread and those it will start; there is no way back.

    Raises
    ------
    OSError
        If the kernel does not take it.
    """
    instructions = make_filter(ARCHITECTURES[platform.machine()])
    program = _Program(len(instructions) // 8, instructions)
    steps = (
        (_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0),
        (_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0),
    )
    for step in steps:
        if libc.prctl(*step) != 0:
            raise OSError(ctypes.get_errno(), "the kernel takes no filter of system calls")
