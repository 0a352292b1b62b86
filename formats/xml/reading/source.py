"""Received bytes → a document in UTF-8 that is known to be well-formed and to have no document type.

This check stands before everything else that looks at a document. What comes after it can rely on: UTF-8, every
tag closed, no entities but the five of XML, every prefix declared.
"""

from __future__ import annotations

import re
from typing import NoReturn
from xml.parsers import expat

import numpy as np
import numpy.typing as npt

from formats.errors import Unreadable

_DECLARED = re.compile(rb"""<\?xml[^>]*?\sencoding\s*=\s*["']([\w.:-]+)["']""")
_ENCODINGS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "iso-8859-1": "iso-8859-1",
    "latin1": "iso-8859-1",
    "iso-8859-15": "iso-8859-15",
    "windows-1252": "cp1252",
    "cp1252": "cp1252",
}
_BEGINNINGS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_PACKED = {b"\x1f\x8b": "gzip", b"PK\x03\x04": "zip"}
_CUT_OFF = {
    expat.errors.codes[message]
    for message in (
        expat.errors.XML_ERROR_NO_ELEMENTS,
        expat.errors.XML_ERROR_UNCLOSED_TOKEN,
        expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
        expat.errors.XML_ERROR_PARTIAL_CHAR,
    )
}
_NAMESPACES = "\f"
"""Asks for prefixes to be checked; it must be a character that no namespace can have."""
_SHOWN = 40
_PIECE = 1 << 20


def load(data: bytes) -> bytes:
    """The document in UTF-8, without a byte order mark, checked.

    Encodings, by byte order mark or declaration: UTF-8, UTF-16, ISO-8859-1, ISO-8859-15, Windows-1252, ASCII.

    Raises:
        Unreadable: empty, packed, in another encoding, not well-formed, or with a DOCTYPE; line and column are in it.
    """
    document = _to_utf8(data)
    if not document or document.isspace():
        raise Unreadable("the file is empty")
    _check(document)
    return document


def is_utf8(data: bytes) -> bool:
    """Whether a document claims to be UTF-8, or ASCII, and begins without a byte order mark: `load` leaves it as it is."""
    try:
        return not data.startswith(tuple(_PACKED)) and _encoding(data) == ("utf-8", 0)
    except Unreadable:
        return False


def line_ends(text: bytes) -> int:
    """How many lines end in a text that is not followed by LF; CR, LF and CR LF each end one."""
    return text.count(b"\n") + text.count(b"\r") - text.count(b"\r\n")


def line_numbers(document: bytes, positions: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The line (1-based) of each byte position; CR, LF and CR LF each end a line."""
    ends = _find(document, "\n")
    if b"\r" in document:
        octets = np.frombuffer(document + b" ", np.uint8)
        returns = _find(document, "\r")
        lone = returns[octets[returns + 1] != ord("\n")]
        ends = np.sort(np.concatenate([ends, lone]))
    return (np.searchsorted(ends, positions) + 1).astype(np.int64)


def _find(document: bytes, character: str) -> npt.NDArray[np.int64]:
    """Where the character stands; a piece at a time, which is several times as fast as at once."""
    octets = np.frombuffer(document, np.uint8)
    starts = range(0, len(octets), _PIECE)
    found = [np.flatnonzero(octets[start : start + _PIECE] == ord(character)) + start for start in starts]
    return np.concatenate([np.empty(0, np.int64), *found])


def _to_utf8(data: bytes) -> bytes:
    for beginning, packing in _PACKED.items():
        if data.startswith(beginning):
            raise Unreadable(f"this is a {packing} file, not XML; unpack it first")
    encoding, skipped = _encoding(data)
    if encoding == "utf-8":
        return data[skipped:] if skipped else data
    try:
        return data[skipped:].decode(encoding).encode()
    except UnicodeDecodeError as error:
        raise Unreadable(
            f"byte {error.start + skipped} is not {encoding.upper()}: {error.reason}; check the encoding it is written in"
        ) from error


def _encoding(data: bytes) -> tuple[str, int]:
    """The codec, and the length of the byte order mark."""
    for mark, codec in _BEGINNINGS:
        if data.startswith(mark):
            return codec, len(mark)
    if data[:2] in (b"<\0", b"\0<"):
        return ("utf-16-le" if data[:1] == b"<" else "utf-16-be"), 0
    declared = _DECLARED.match(data[:200])
    name = declared[1].decode("ascii", "replace") if declared else "utf-8"
    if name.lower() not in _ENCODINGS:
        raise Unreadable(f"the encoding {name!r} is not read; use UTF-8, UTF-16, ISO-8859-1 or Windows-1252")
    return _ENCODINGS[name.lower()], 0


def _check(document: bytes) -> None:
    parser = expat.ParserCreate("utf-8", _NAMESPACES)

    def refuse(*_declaration: object) -> NoReturn:
        raise Unreadable(
            "a DOCTYPE is not accepted: it could make the file say something else than it shows; have it left out",
            place=f"line {parser.CurrentLineNumber}, column {parser.CurrentColumnNumber + 1}",
        )

    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(document, True)
    except expat.ExpatError as error:
        raise _malformed(document, error, parser.ErrorByteIndex) from error


def _malformed(document: bytes, error: expat.ExpatError, index: int) -> Unreadable:
    place = f"line {error.lineno}, column {error.offset + 1}"
    problem = expat.ErrorString(error.code)
    if error.code in _CUT_OFF:
        return Unreadable(
            f"the file ends too early ({problem}); it may be cut off: have it sent again", place=place
        )
    if _is_foreign(document, index):
        problem = "a byte that is not UTF-8, the encoding it claims"
    found = document[index : index + _SHOWN].decode("utf-8", "backslashreplace")
    return Unreadable(f"not well-formed XML: {problem}; found {found!r}", place=place)


def _is_foreign(document: bytes, index: int) -> bool:
    try:
        document[index : index + 4].decode()
    except UnicodeDecodeError as error:
        return error.start == 0
    return False
