"""The map, as columns: a library of 100,000 tracks takes some two megabytes."""

from typing import Self

from pydantic import BaseModel, Field

from mir.map.library import Map
from web.schemas.answers import showable

SCALE = 10_000


class MapOut(BaseModel):
    """Where every heard track lies; the lists are aligned."""

    ids: list[int] = Field(description="Tracks by their ids, ascending.")
    x: list[int] = Field(description=f"From -{SCALE}, left, to {SCALE}, right.")
    y: list[int] = Field(description=f"From -{SCALE}, below, to {SCALE}, above.")
    genre: list[int] = Field(description="Place in `genres` of the first predicted one; -1: none.")
    genres: list[str] = Field(description="The commonest on the map first.")

    @classmethod
    def of(cls, found: Map) -> Self:
        """The showable form of a map."""
        points = (found.points * SCALE).round().astype(int)
        return cls.model_construct(  # numbers that need no checking, by the hundred thousand
            ids=found.ids.tolist(),
            x=points[:, 0].tolist(),
            y=points[:, 1].tolist(),
            genre=found.genres.tolist(),
            genres=[showable(name) for name in found.names],
        )
