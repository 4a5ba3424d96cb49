"""Becomes a PostgreSQL program that dies with the process that started it.

Run as a script, ``python -I -S postgres_child.py PARENT_PID UID GID PROGRAM ARGUMENT…``: what must happen
between fork and exec happens in a fresh interpreter, as a ``preexec_fn`` may deadlock beside other threads.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1
KEEP_USER = -1


def become(parent_pid: int, uid: int, gid: int, command: list[str]) -> None:
    if uid != KEEP_USER:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if sys.platform == "linux":
        # After setuid, which clears it. SIGINT is PostgreSQL's fast, clean shutdown. Where there is no such
        # signal, the next start finds the orphan and ends it.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGINT, 0, 0, 0)
    if os.getppid() != parent_pid:  # the parent died before the signal was asked for
        sys.exit("The process that wanted PostgreSQL is gone.")
    os.execv(command[0], command)  # noqa: S606  # no shell is the point


if __name__ == "__main__":
    become(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])
