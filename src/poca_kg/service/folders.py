"""Folders for as long as a process lives, named after it: who is killed removes none, so the next one does.

A name holds the number of the process and that of the namespace in which the number means something, for a
folder for temporary files may be shared with containers. It is short, for sockets lie in some of them.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import tempfile
from pathlib import Path

__all__ = ["clear_left", "make_folder"]

_NAMESPACE = Path("/proc/self/ns/pid")
_NAME = re.compile(r"poca-kg-[a-z]+-(?P<namespace>[0-9a-f]+)-(?P<pid>[0-9a-f]+)-\w+")


def make_folder(what: str) -> Path:
    """Return a new folder that nobody else may enter; whoever asked for it removes it.

    >>> folder = make_folder("example")
    >>> folder.name.startswith("poca-kg-example-")
    True
    >>> folder.rmdir()
    """
    return Path(tempfile.mkdtemp(prefix=f"poca-kg-{what}-{_namespace():x}-{os.getpid():x}-"))


def clear_left() -> None:
    """Remove the folders of this user's processes that live no more; a system that cannot tell keeps them."""
    here = _namespace()
    if not here:
        return
    for path in Path(tempfile.gettempdir()).glob("poca-kg-*"):
        named = _NAME.fullmatch(path.name)
        if (
            named
            and int(named["namespace"], 16) == here
            and not _lives(int(named["pid"], 16))
            and _is_ours(path)
        ):
            shutil.rmtree(path, ignore_errors=True)


def _namespace() -> int:
    """Return the number of the namespace of process numbers; 0 where there are none."""
    try:
        return _NAMESPACE.stat().st_ino
    except OSError:
        return 0


def _lives(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def _is_ours(path: Path) -> bool:
    try:
        found = path.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid()
