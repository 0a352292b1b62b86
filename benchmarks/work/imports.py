"""Runs a command of Stockferry in this process and prints which of the heavy libraries it has imported.

`python imports.py status -c stockferry.toml`
"""

from __future__ import annotations

import io
import sys
from contextlib import redirect_stdout, suppress

HEAVY = ("pandas", "pyarrow", "numpy", "paramiko", "sqlalchemy", "pydantic", "lxml")


def main() -> None:
    from batch.cli import main as stockferry  # noqa: PLC0415 - what it imports is what is asked

    sys.argv[0] = "stockferry"
    with redirect_stdout(io.StringIO()), suppress(SystemExit):
        stockferry()
    print(", ".join(name for name in HEAVY if name in sys.modules))


if __name__ == "__main__":
    main()
