"""The characters an X12 document may carry."""

from __future__ import annotations

import string

from formats.x12.delimiters import Delimiters

BASIC = string.ascii_uppercase + string.digits + " !\"&'()*+,-./:;?="
EXTENDED = BASIC + string.ascii_lowercase + "%@[]_{}\\|<>~^#$"


def allowed(delimiters: Delimiters, usable: str = EXTENDED) -> str:
    """Of the usable characters those that are no delimiter in force: there is no way to escape one."""
    return "".join(sorted(set(usable) - set(delimiters.in_force())))


def objection(value: str, delimiters: Delimiters, usable: str = EXTENDED) -> str | None:
    """Why a value cannot be carried, or None. `usable`: the characters that the partner takes."""
    for character in value:
        if character in delimiters.in_force():
            return f"contains the delimiter {character!r}; choose another delimiter for this cart, or change the value"
        if character not in EXTENDED:
            return f"contains {character!r}, which is not in X12's character set; change the value"
        if character not in usable:
            return (
                f"contains {character!r}, which this partner does not take; replace it, or change the value"
            )
    return None
