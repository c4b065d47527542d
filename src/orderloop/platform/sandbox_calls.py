"""Takes from this process, for good, the system calls no parser needs: processes, network, other processes, writing.

Best effort: on a kernel without such filters, or another machine type, the limits of `sandbox_host` stand alone.
"""

import ctypes
import os
import struct

_NO_NEW_PRIVS, _SET_SECCOMP, _FILTER = 38, 22, 2
_ALLOW, _REFUSE, _UNKNOWN = 0x7FFF0000, 0x00050001, 0x00050026  # EPERM; ENOSYS, after which an older call is tried
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_AT_NUMBER, _AT_MACHINE, _AT_ARGUMENTS = 0, 4, 16
_THREAD = 0x10000
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC

# Machine -> its number in a filter; the calls refused: socket, socketpair, connect, execve, execveat, fork, vfork,
# kill, ptrace, process_vm_*, bpf, keyctl, io_uring_setup, unshare, setns, mount, pidfd_*, and all that change a folder;
# clone; clone3; and the calls that open a file with the place of their flags among the arguments.
_MACHINES = {
    "x86_64": (
        0xC000003E,
        (41, 53, 42, 59, 322, 57, 58, 62, 200, 101, 310, 311, 321, 250, 425, 272, 308, 165, 434, 438, 87, 263, 82, 264,
         316, 83, 258, 90, 268, 92, 94, 260, 76, 88, 266, 86, 265, 85, 133, 259, 84, 161),
        56,
        435,
        ((2, 1), (257, 2)),
    ),
    "aarch64": (
        0xC00000B7,
        (198, 199, 203, 221, 281, 129, 130, 117, 270, 271, 280, 219, 425, 97, 268, 40, 434, 438, 35, 38, 276, 34, 53,
         54, 45, 36, 37, 33, 51),
        220,
        435,
        ((56, 2),),
    ),
}  # fmt: skip


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p)]


def refuse_needless_calls() -> bool:
    """Whether the filter is in force from now on, also for every thread started later."""
    known = _MACHINES.get(os.uname().machine)
    if known is None or struct.calcsize("P") != 8:
        return False
    code = b"".join(struct.pack("=HBBI", *instruction) for instruction in _program(*known))
    kept = ctypes.create_string_buffer(code, len(code))
    program = _Program(len(code) // 8, ctypes.addressof(kept))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return False
    return bool(libc.prctl(_SET_SECCOMP, _FILTER, ctypes.byref(program), 0, 0) == 0)


def _program(
    machine: int, refused: tuple[int, ...], clone: int, clone3: int, opening: tuple[tuple[int, int], ...]
) -> list[tuple[int, int, int, int]]:
    """Each call is compared once; what stands behind a comparison is passed over where it does not hold."""
    program = [
        (_LOAD, 0, 0, _AT_MACHINE),
        (_EQUAL, 1, 0, machine),
        (_RETURN, 0, 0, _REFUSE),
        (_LOAD, 0, 0, _AT_NUMBER),
        (_AT_LEAST, 0, 1, 0x40000000),  # the same calls under other numbers
        (_RETURN, 0, 0, _REFUSE),
    ]
    for number in refused:
        program += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _REFUSE)]
    program += [(_EQUAL, 0, 1, clone3), (_RETURN, 0, 0, _UNKNOWN)]
    program += _by_flags(clone, 0, _THREAD, when_set=_ALLOW, else_=_REFUSE)
    for number, argument in opening:
        program += _by_flags(number, argument, _WRITING, when_set=_REFUSE, else_=_ALLOW)
    return [*program, (_RETURN, 0, 0, _ALLOW)]


def _by_flags(number: int, argument: int, bits: int, *, when_set: int, else_: int) -> list[tuple[int, int, int, int]]:
    return [
        (_EQUAL, 0, 4, number),
        (_LOAD, 0, 0, _AT_ARGUMENTS + 8 * argument),
        (_ANY_BIT, 0, 1, bits),
        (_RETURN, 0, 0, when_set),
        (_RETURN, 0, 0, else_),
    ]
