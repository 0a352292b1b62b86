"""Which file names are used, and how a folder and a name become a path.

A name comes from the other side: it is one plain path component that means the same on every system, or it is
refused. Paths are ours; they never lead out of the remote's folder.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from batch.errors import UnsafeName

MAX_BYTES = 200
FORBIDDEN = frozenset('/\\:*?"<>|')
DEVICES = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}
)
INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def is_hidden(name: str) -> bool:
    """A name with a leading dot: somebody's temporary file; listings leave it out."""
    return name.startswith(".")


def check_name(name: str) -> str:
    """The name itself, if it may be used.

    Raises:
        UnsafeName: says what is wrong with it; the name is shown escaped.
    """
    reason = _objection(name)
    if reason:
        raise UnsafeName(f"{name!a} {reason}; the file has to be renamed where it comes from")
    return name


def decode_name(raw: bytes) -> str:
    """A name as a server sent it.

    Raises:
        UnsafeName: not UTF-8, or not a name that may be used.
    """
    try:
        return check_name(raw.decode("utf-8"))
    except UnicodeDecodeError:
        raise UnsafeName(
            f"{ascii(raw)[1:]}: the name is not UTF-8; the file has to be renamed where it comes from"
        ) from None


def check_path(path: str) -> str:
    """A path below the remote's folder, unchanged. `""` and `"."` are the folder itself.

    Raises:
        UnsafeName: absolute, leads upwards, or holds a character no path has.
    """
    parts = path.split("/")
    if path not in ("", ".") and any(part in ("", ".", "..") for part in parts):
        raise UnsafeName(f'{path!a}: a path is relative to the remote\'s folder, without ".." or empty parts')
    if any(character in "\\\0" for character in path):
        raise UnsafeName(f"{path!a}: a path may not hold a backslash or NUL")
    return path


def join(folder: str, name: str) -> str:
    """`("inv", "a.csv")` → `"inv/a.csv"`; the remote's own folder is `""`."""
    return f"{folder.rstrip('/')}/{name}" if folder not in ("", ".") else name


def _objection(name: str) -> str | None:
    return next((reason for holds, reason in OBJECTIONS if holds(name)), None)


def _is_device(name: str) -> bool:
    return name.split(".", maxsplit=1)[0].rstrip().lower() in DEVICES


def _holds_invisible(name: str) -> bool:
    return any(unicodedata.category(character) in INVISIBLE for character in name)


OBJECTIONS: tuple[tuple[Callable[[str], bool], str], ...] = (
    (lambda name: not name.strip("."), "is not a file name"),
    (lambda name: not FORBIDDEN.isdisjoint(name), f"holds one of {' '.join(sorted(FORBIDDEN))}"),
    (_holds_invisible, "holds characters that cannot be seen"),
    (lambda name: name[0] in ".- ", "begins with a dot, dash or blank"),
    (lambda name: name[-1] in ". ", "ends with a dot or blank"),
    (_is_device, "is the name of a device on Windows"),
    (lambda name: len(name.encode()) > MAX_BYTES, f"is longer than {MAX_BYTES} bytes"),
    (
        lambda name: not unicodedata.is_normalized("NFC", name),
        "writes an accent as a character of its own (not NFC)",
    ),
)
