"""What the options of every format have in common. Imported with every configuration, so it brings no frames with it."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Options(BaseModel):
    """Base of a format's options: frozen, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def by_warehouse(self) -> bool:
        """Whether documents with these options tell quantities per warehouse beside the total."""
        return False

    def lines_per_document(self) -> int | None:
        """How many lines a document may have before there must be a further one; None: as many as there are."""
        return None
