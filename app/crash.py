"""What a process leaves behind when it crashes: no image of its memory, where keys and open cases are."""

from __future__ import annotations

import ctypes
import resource
import sys

PR_SET_DUMPABLE = 4
"""See prctl(2)."""


def leave_no_memory() -> None:
    """Have the system write no core file of this process, and let nobody but root look into its memory or environment.

    The limit alone does not hold where the system hands images of memory to a program (systemd-coredump, apport), so on
    Linux the process says that it is not to be dumped at all. A command that asks for a key is begun afresh and may be.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
