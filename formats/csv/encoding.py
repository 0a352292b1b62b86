"""Character sets: whatever a file is in becomes UTF-8 bytes, and what cannot be decoded stays visible."""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from formats.errors import Unreadable

MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
SHOWN = 200


@dataclass(frozen=True, kw_only=True)
class Text:
    """A file as UTF-8 without a byte order mark; bytes that could not be decoded are still in it as they were.

    `encoding`: what it was decoded from. `marked`: a byte order mark said so, whatever the options say.
    """

    data: bytes
    encoding: str
    marked: bool

    def complaint(self, raw: bytes) -> str:
        """Why these bytes are no text, and which setting may cure it."""
        what = f"not valid {self.encoding.upper()}"
        if self.marked:
            return f"{what}, which the file's byte order mark promises; have it written in one encoding"
        return f'{what}; if the file is {likely_encoding(raw)}, set encoding = "{likely_encoding(raw)}"'


def mark_of(data: bytes) -> tuple[bytes, str] | None:
    """The byte order mark that `data` begins with, and its encoding."""
    return next(((mark, encoding) for mark, encoding in MARKS if data.startswith(mark)), None)


def to_text(data: bytes, encoding: str) -> Text:
    """Decodes a file; a byte order mark wins over `encoding`.

    Raises:
        Unreadable: the bytes cannot be in that encoding.
    """
    mark = mark_of(data)
    actual = mark[1] if mark else encoding.removesuffix("-sig")
    content = data[len(mark[0]) :] if mark else data
    if actual != "utf-8":
        content = _transcoded(content, actual)
    return Text(data=content, encoding=actual, marked=mark is not None)


def _transcoded(content: bytes, encoding: str) -> bytes:
    try:
        return content.decode(encoding, "surrogateescape").encode("utf-8", "surrogateescape")
    except UnicodeError as error:
        place = f"byte {error.start + 1}" if isinstance(error, UnicodeDecodeError) else ""
        raise Unreadable(
            f"the file is not in {encoding} ({error.args[-1]}); check the setting encoding", place=place
        ) from error


def shown(raw: bytes) -> str:
    r"""Bytes for a message: text where they are text, `\xNN` where not, shortened to 200 characters."""
    text = raw[: 4 * SHOWN].decode("utf-8", "backslashreplace")
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def likely_encoding(raw: bytes) -> str:
    """The encoding that non-UTF-8 bytes of a western system are most likely in."""
    try:
        raw.decode("cp1252")
    except UnicodeDecodeError:
        return "latin-1"
    return "cp1252"


def decodable(raw: bytes) -> bool:
    """Whether the bytes are UTF-8."""
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
