from pathlib import Path
from typing import Annotated

import typer


def demo(directory: Annotated[Path, typer.Argument(metavar="DIR")] = Path("demo")) -> None:
    """Placeholder"""
