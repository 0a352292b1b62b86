"""On which line of a TOML document a key stands. `tomllib` reads values and forgets where they were.

The scanner trusts that the document is sound (`tomllib` has read it); it looks only for what moves a place:
table headers, lists of tables, dotted keys, inline tables and lists, and every kind of string.
"""

from __future__ import annotations

import bisect
import re
import tomllib
from collections import Counter

from batch.config.report.problems import KeyPath

BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
SPACE = re.compile(r"[ \t]*")
EQUALS = re.compile(r"=[ \t]*")
SCALAR = re.compile(r"[^,\]}#\n]+")
KEY = re.compile(r"""[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*'""")
STRING = re.compile(
    r'''"""(?:[^\\]|\\.)*?"{3,5}(?!")'''
    r"""|'''.*?'{3,5}(?!')"""
    r'''|"(?:[^"\\]|\\.)*"'''
    r"""|'[^']*'""",
    re.DOTALL,
)


def locate(document: str) -> dict[KeyPath, int]:
    """Every key path of a sound document → its line, 1-based: the first line that speaks of it."""
    return _Scanner(document).run()


def line_of(path: KeyPath, lines: dict[KeyPath, int]) -> int:
    """The line of a path, or of its nearest parent that has one; 1 if none has."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


class _Scanner:
    def __init__(self, document: str) -> None:
        self.text = document
        self.at = 0
        self.ends = [match.start() for match in re.finditer("\n", document)]
        self.lines: dict[KeyPath, int] = {}
        self.tables: Counter[KeyPath] = Counter()  # how many [[tables]] a path has so far

    def run(self) -> dict[KeyPath, int]:
        prefix: KeyPath = ()
        while self._skip(BLANK) < len(self.text):
            if self.text[self.at] == "[":
                prefix = self._header()
            else:
                self._pair(prefix)
        return self.lines

    def _skip(self, pattern: re.Pattern[str]) -> int:
        self._take(pattern)
        return self.at

    def _take(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.text, self.at)
        if match is None:
            raise ValueError(f"not a sound document at character {self.at}")
        self.at = match.end()
        return match[0]

    def _accept(self, token: str) -> bool:
        accepted = self.text.startswith(token, self.at)
        self.at += len(token) if accepted else 0
        return accepted

    def _mark(self, path: KeyPath, start: int) -> None:
        self.lines.setdefault(path, bisect.bisect_left(self.ends, start) + 1)

    def _header(self) -> KeyPath:
        start, many = self.at, self._accept("[[")
        self.at += 0 if many else 1
        *parents, last = self._names()
        path: KeyPath = ()
        for name in parents:
            path = self._latest((*path, name))
            self._mark(path, start)
        path = (*path, last)
        self._mark(path, start)
        if many:
            self.tables[path] += 1
        path = self._latest(path)
        self._mark(path, start)
        self.at += 2 if many else 1
        return path

    def _latest(self, path: KeyPath) -> KeyPath:
        return (*path, self.tables[path] - 1) if path in self.tables else path

    def _names(self) -> list[str]:
        names = []
        while True:
            self._skip(SPACE)
            names.append(_unquoted(self._take(KEY)))
            self._skip(SPACE)
            if not self._accept("."):
                return names

    def _pair(self, prefix: KeyPath) -> None:
        start, path = self.at, prefix
        for name in self._names():
            path = (*path, name)
            self._mark(path, start)
        self._take(EQUALS)
        self._value(path)

    def _value(self, path: KeyPath) -> None:
        if self._accept("["):
            self._list(path)
        elif self._accept("{"):
            self._inline_table(path)
        elif self.text[self.at] in "\"'":
            self._take(STRING)
        else:
            self._take(SCALAR)

    def _list(self, path: KeyPath) -> None:
        position = 0
        while self._skip(BLANK) >= 0 and not self._accept("]"):
            self._mark((*path, position), self.at)
            self._value((*path, position))
            position += 1
            self._skip(BLANK)
            self._accept(",")

    def _inline_table(self, path: KeyPath) -> None:
        while self._skip(BLANK) >= 0 and not self._accept("}"):
            self._pair(path)
            self._skip(BLANK)
            self._accept(",")


def _unquoted(key: str) -> str:
    if key[0] in "\"'":
        return next(iter(tomllib.loads(f"{key} = 0")))
    return key
