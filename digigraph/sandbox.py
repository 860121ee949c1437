"""Locks a process in: little memory, no network, no other programme, dead when its parent is.

The engine sends requests wherever a query tells it to and no argument prevents it, so the kernel
does: a seccomp filter, which needs no privilege. Where there is none the lexical guard stands
alone, and the server's log says so.
"""

from __future__ import annotations

import ctypes
import errno
import os
import resource
import signal
import sys
from contextlib import suppress

_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38
_SECCOMP_SET_MODE_FILTER, _SECCOMP_FILTER_FLAG_TSYNC = 1, 1
_ALLOW, _REFUSE, _KILL = 0x7FFF0000, 0x00050000 | errno.EPERM, 0x80000000
_LOAD, _EQUAL, _AT_LEAST, _AND, _RETURN = 0x20, 0x15, 0x35, 0x54, 0x06
_X32 = 0x40000000
_INTERNET, _STREAM, _KIND_OF_SOCKET = 2, 1, 0xFF
_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446
_CONNECT_TCP, _NET_PORT, _KNOWS_PORTS = 2, 2, 4

# Audit number of the machine, number of seccomp(2), then: socket, connect, accept, bind, listen,
# socketpair, execve, ptrace, accept4, execveat, io_uring_setup.
_MACHINES: dict[str, tuple[int, int, tuple[int, ...]]] = {
    "x86_64": (0xC000003E, 317, (41, 42, 43, 49, 50, 53, 59, 101, 288, 322, 425)),
    "aarch64": (0xC00000B7, 277, (198, 203, 202, 200, 201, 199, 221, 117, 242, 281, 425)),
}


class Memory:
    """The memory of this process, in bytes; zero where the platform does not tell."""

    def __init__(self) -> None:
        """Open what tells it, once: it is asked after every query."""
        self._told = -1
        with suppress(OSError):
            self._told = os.open("/proc/self/statm", os.O_RDONLY | os.O_CLOEXEC)

    def reserved(self) -> int:
        """Return the size of the address space."""
        return self._pages(0)

    def resident(self) -> int:
        """Return what is held in memory."""
        return self._pages(1)

    def _pages(self, place: int) -> int:
        if self._told < 0:
            return 0
        return int(os.pread(self._told, 100, 0).split()[place]) * os.sysconf("SC_PAGE_SIZE")


class _Step(ctypes.Structure):
    _fields_ = (
        ("code", ctypes.c_uint16),
        ("then", ctypes.c_uint8),
        ("otherwise", ctypes.c_uint8),
        ("value", ctypes.c_uint32),
    )


class _Programme(ctypes.Structure):
    _fields_ = (("length", ctypes.c_uint16), ("steps", ctypes.POINTER(_Step)))


def die_with(parent: int) -> None:
    """End this process when its parent ends, however that happens."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        raise SystemExit


def stand_alone() -> None:
    """Leave signals that are meant for the server alone, and no core behind."""
    # Who stops the server stops this process by ending the server, after the last answer.
    for told in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(told, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def bound_memory(size: int) -> None:
    """Let this process have so many bytes of address space more than it has now.

    The number of open files is left as it is: at zero the engine allocates without end.
    """
    size += Memory().reserved()
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    size = size if most == resource.RLIM_INFINITY else min(size, most)
    resource.setrlimit(resource.RLIMIT_AS, (size, size))


def close_network(gateway: int = 0) -> bool:
    """Refuse this process, all its threads, sockets and other programmes; False if impossible.

    With the port of a `gateway`, connections by TCP to that port are left, and nothing else: no
    UDP, so that no name is looked up, and no other port (the kernel needs Landlock for that).
    """
    machine = _MACHINES.get(os.uname().machine)
    if sys.platform != "linux" or machine is None or ctypes.sizeof(ctypes.c_void_p) != 8:
        return False
    audit, seccomp, calls = machine
    ways = _stream_sockets_only(calls[0]) if gateway else []
    calls = calls[2 if gateway else 0 :]
    steps = [
        _Step(_LOAD, 0, 0, 4),
        _Step(_EQUAL, 1, 0, audit),
        _Step(_RETURN, 0, 0, _KILL),
        _Step(_LOAD, 0, 0, 0),
        _Step(_AT_LEAST, len(calls) + len(ways) + 1, 0, _X32),
        *(
            _Step(_EQUAL, len(calls) + len(ways) - place, 0, call)
            for place, call in enumerate(calls)
        ),
        *ways,
        _Step(_RETURN, 0, 0, _ALLOW),
        _Step(_RETURN, 0, 0, _REFUSE),
    ]
    programme = _Programme(len(steps), (_Step * len(steps))(*steps))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return False
    narrow = not gateway or _connect_only_to(gateway)
    done: int = libc.syscall(
        ctypes.c_long(seccomp),
        ctypes.c_ulong(_SECCOMP_SET_MODE_FILTER),
        ctypes.c_ulong(_SECCOMP_FILTER_FLAG_TSYNC),
        ctypes.byref(programme),
    )
    return done == 0 and narrow


def _stream_sockets_only(socket: int) -> list[_Step]:
    """Return the steps after which ALLOW and REFUSE follow, for the call that makes sockets."""
    return [
        _Step(_EQUAL, 0, 7, socket),
        _Step(_LOAD, 0, 0, 16),
        _Step(_EQUAL, 0, 6, _INTERNET),
        _Step(_LOAD, 0, 0, 24),
        _Step(_AND, 0, 0, _KIND_OF_SOCKET),
        _Step(_EQUAL, 0, 3, _STREAM),
        _Step(_LOAD, 0, 0, 32),
        _Step(_EQUAL, 0, 1, 0),
    ]


def _connect_only_to(port: int) -> bool:
    """Refuse this thread, which works on the queries, connections to other ports."""
    call = ctypes.CDLL(None, use_errno=True).syscall
    version = call(ctypes.c_long(_LANDLOCK_CREATE), None, ctypes.c_size_t(0), ctypes.c_uint32(1))
    if version < _KNOWS_PORTS:
        return False
    handled = (ctypes.c_uint64 * 2)(0, _CONNECT_TCP)
    rules = call(
        ctypes.c_long(_LANDLOCK_CREATE),
        ctypes.byref(handled),
        ctypes.c_size_t(ctypes.sizeof(handled)),
        ctypes.c_uint32(0),
    )
    if rules < 0:
        return False
    rule = (ctypes.c_uint64 * 2)(_CONNECT_TCP, port)
    added = call(
        ctypes.c_long(_LANDLOCK_ADD),
        ctypes.c_int(rules),
        ctypes.c_int(_NET_PORT),
        ctypes.byref(rule),
        ctypes.c_uint32(0),
    )
    done = call(ctypes.c_long(_LANDLOCK_RESTRICT), ctypes.c_int(rules), ctypes.c_uint32(0))
    os.close(rules)
    return bool(added == 0 and done == 0)
