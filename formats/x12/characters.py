"""The characters an X12 document may carry."""

from __future__ import annotations

import string

from formats.x12.delimiters import Delimiters

BASIC = string.ascii_uppercase + string.digits + " !\"&'()*+,-./:;?="
EXTENDED = BASIC + string.ascii_lowercase + "%@[]_{}\\|<>~^#$"


def allowed(delimiters: Delimiters) -> str:
    """The extended set without the delimiters in force: there is no way to escape one."""
    return "".join(sorted(set(EXTENDED) - set(delimiters.in_force())))


def objection(value: str, delimiters: Delimiters) -> str | None:
    """Why a value cannot be carried, or None."""
    usable = allowed(delimiters)
    for character in value:
        if character in delimiters.in_force():
            return f"contains the delimiter {character!r}; choose another delimiter for this cart, or change the value"
        if character not in usable:
            return f"contains {character!r}, which is not in X12's character set; change the value"
    return None
