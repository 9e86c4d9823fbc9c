"""The folders of music, and what changes them."""

import os
from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field

from mir.catalogue.roots import MOST_PATH, Root
from web.schemas.answers import showable
from web.schemas.filters import Asked


class RootOut(BaseModel):
    """A folder of music."""

    id: int
    path: str
    tracks: int = Field(description="Tracks that have a file in it.")
    there: bool = Field(description="Whether the server can reach it now.")

    @classmethod
    def of(cls, root: Root) -> Self:
        """The showable form of a folder; looks at the disk."""
        there = os.path.isdir(root.path)  # noqa: PTH112 - Path.is_dir raises at a dead mount
        return cls(id=root.id, path=showable(root.path), tracks=root.tracks, there=there)


class RootsOut(BaseModel):
    """The folders that an index run looks at."""

    roots: list[RootOut]


class RootIn(Asked):
    """A folder to be looked at from the next index run on."""

    path: Annotated[str, Field(max_length=MOST_PATH)] = Field(
        description="Absolute, as the server sees it."
    )


class ForgetQuery(Asked):
    """What becomes of the tracks of a folder that is looked at no more."""

    tracks: Literal["keep", "remove"] = Field(
        default="keep",
        description="keep: they stay; remove: those without a file elsewhere go, with all that is "
        "known of them.",
    )
