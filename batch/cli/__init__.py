"""What the operator types. One module per command; none of them decides anything.

Importing a command must stay cheap: what it needs is imported when it runs.
"""

from __future__ import annotations

from batch.cli.app import main

__all__ = ["main"]
