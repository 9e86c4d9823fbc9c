"""Queries that a playlist can be made from: the fields of their routes, with their kind."""

from typing import Annotated, Literal

from pydantic import Field

from mir.engine import Engine
from mir.recommend.query_kinds import COUNT, Mood, Next, Path, Query, Recommended, Similar, Tracks
from web.schemas.requests import LikeFields, MoodFields, Most, PathQuery, TextFields, WishFields

_Count = Annotated[Most, Field(description="How many tracks at most.")]


class SimilarIn(LikeFields):
    """As `/similar` is asked."""

    kind: Literal["similar"]
    count: _Count = COUNT

    def standing(self, engine: Engine) -> Query:
        """What the library keeps; NotFound, InvalidQuery."""
        return Similar.of(engine, self.seeds(), self.filter(), self.listing())


class NextIn(LikeFields):
    """What to play after the seeds of `/similar`."""

    kind: Literal["next"]
    count: _Count = COUNT

    def standing(self, engine: Engine) -> Query:
        """What the library keeps; NotFound, InvalidQuery."""
        return Next.of(engine, self.seeds(), self.filter(), self.listing())


class MoodIn(MoodFields):
    """As `/mood` is asked."""

    kind: Literal["mood"]
    count: _Count = COUNT

    def standing(self, engine: Engine) -> Query:
        """What the library keeps; InvalidQuery."""
        return Mood.of(self.point(), self.filter(), self.listing())


class PathIn(PathQuery):
    """As `/path` is asked."""

    kind: Literal["path"]

    def standing(self, engine: Engine) -> Query:
        """What the library keeps; NotFound, InvalidQuery."""
        return Path.of(engine, self.start, self.end, self.steps, self.filter())


class RecommendIn(WishFields):
    """As `/recommendations` is asked; every refresh draws by its day."""

    kind: Literal["recommend"]

    def standing(self, engine: Engine) -> Query:
        """What the library keeps; NotFound, InvalidQuery."""
        return Recommended.of(engine, self.wish())


class TracksIn(TextFields):
    """As `/tracks` is asked."""

    kind: Literal["tracks"]
    count: _Count = COUNT

    def standing(self, engine: Engine) -> Query:
        """What the library keeps; InvalidQuery."""
        return Tracks(text=self.q, filter=self.filter(), count=self.count)


MadeFrom = SimilarIn | NextIn | MoodIn | PathIn | RecommendIn | TracksIn
QueryIn = Annotated[MadeFrom, Field(discriminator="kind")]
KINDS: dict[str, type[MadeFrom]] = {
    "similar": SimilarIn,
    "next": NextIn,
    "mood": MoodIn,
    "path": PathIn,
    "recommend": RecommendIn,
    "tracks": TracksIn,
}
"""The same by their kind."""
