"""The file system of a lab: the machine's, read-only, with in-memory folders of the lab's own.

No process of a lab can change a file of the machine, open one of its devices, or reach a socket below ``/run`` or
``/tmp``. https://man7.org/linux/man-pages/man2/mount_setattr.2.html
"""

import ctypes
import os
import struct
from collections.abc import Iterable
from pathlib import Path

_MOUNT_SETATTR = 442
_AT_FDCWD, _AT_RECURSIVE = -100, 0x8000
_READ_ONLY, _NO_SUID, _NO_DEVICES = 0x1, 0x2, 0x4
_MS_NO_SUID, _MS_NO_DEVICES, _MS_BIND, _MS_RECURSIVE = 0x2, 0x4, 0x1000, 0x4000

_OWN = (Path("/run"), Path("/tmp"))  # noqa: S108 -- mounts of the lab's own
_DEVICES = tuple(Path("/dev", name) for name in ("null", "zero", "full", "random", "urandom"))
_SWITCHES = Path("/proc/sys/net")
"""The kernel parameters of a network namespace. All others belong to the machine."""


def isolate(keep: Iterable[Path]) -> None:
    """Make all mounts of this process's namespace read-only, except ``/run`` and ``/tmp``, which become empty.

    ``keep``: paths below these two that stay visible, read-only.
    """
    visible = [(path, os.open(path, os.O_PATH), path.is_dir()) for path in keep if _is_hidden(path)]
    for path in (*_DEVICES, _SWITCHES):
        if path.exists():
            mount(path, path, "", _MS_BIND)
    for path in _OWN:
        mount("none", path, "tmpfs", _MS_NO_SUID | _MS_NO_DEVICES)
    for path, descriptor, is_folder in visible:
        _make(path, is_folder=is_folder)
        mount(f"/proc/self/fd/{descriptor}", path, "", _MS_BIND | _MS_RECURSIVE)
        os.close(descriptor)
    _set_attributes(Path("/"), _READ_ONLY | _NO_SUID | _NO_DEVICES, 0, _AT_RECURSIVE)
    for path in (*_OWN, _SWITCHES):
        _set_attributes(path, 0, _READ_ONLY)
    for path in _DEVICES:
        if path.exists():
            _set_attributes(path, 0, _NO_DEVICES)


def mount(source: Path | str, target: Path, kind: str, flags: int) -> None:
    """Mount a file system; raises `OSError`."""
    libc = ctypes.CDLL(None, use_errno=True)
    words = (str(source).encode(), str(target).encode(), kind.encode())
    if libc.mount(*words, ctypes.c_ulong(flags), None) != 0:
        raise OSError(ctypes.get_errno(), f"cannot mount {source}", str(target))


def bind(source: Path, target: Path) -> None:
    """Mount a folder, with all mounts in it, at a second path."""
    mount(source, target, "", _MS_BIND | _MS_RECURSIVE)


def mount_memory(target: Path) -> None:
    """Mount an empty in-memory file system over a folder."""
    mount("none", target, "tmpfs", _MS_NO_SUID | _MS_NO_DEVICES)


def seal(target: Path) -> None:
    """Make one mount read-only."""
    _set_attributes(target, _READ_ONLY, 0)


def _set_attributes(path: Path, added: int, removed: int, flags: int = 0) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    attributes = struct.pack("=QQQQ", added, removed, 0, 0)
    call = (_MOUNT_SETATTR, _AT_FDCWD, str(path).encode(), flags, attributes, ctypes.c_size_t(len(attributes)))
    if libc.syscall(*call) != 0:
        raise OSError(ctypes.get_errno(), "cannot set the attributes of a mount", str(path))


def _is_hidden(path: Path) -> bool:
    return path.is_absolute() and any(path.is_relative_to(own) for own in _OWN) and path.exists()


def _make(path: Path, *, is_folder: bool) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if is_folder:
        path.mkdir(exist_ok=True)
    else:
        path.touch()
