"""How an answer is cut from a ranking: how many, from where, how near, and how varied."""

from dataclasses import dataclass

from mir.errors import InvalidQuery
from mir.search.allowed import check_count

REACH = 2_000  # how far down a ranking pages go


@dataclass(frozen=True, slots=True)
class Listing:
    """What part of a ranking is wanted; the default is the ten nearest.

    Pages are stable: what follows `offset` is what would follow those tracks in one longer list,
    as long as the library stays as it is. Above 500,000 tracks that is nearly so: how much of the
    library is compared grows with the end of a page (see `mir.vectors.ranking`), so that on a later
    page a track may turn up that an earlier one had missed.

    Raises:
        InvalidQuery: a value is out of its range.
    """

    count: int = 10  # 1 to mir.search.allowed.MOST
    offset: int = 0  # tracks to skip; with the count at most REACH
    least: float = 0.0  # in [0, 1]: only tracks of at least this `Hit.similarity`
    variety: float = 0.0  # in [0, 1], see mir.search.variety.varied
    per_artist: int | None = None  # at least 1; None: any number
    per_album: int | None = None  # the same

    def __post_init__(self) -> None:
        """Check each value."""
        check_count(self.count)
        if self.offset < 0 or self.end > REACH:
            raise InvalidQuery(
                f"Tracks {self.offset + 1} to {self.end} were asked for; pages go from 1 to "
                f"{REACH}: narrow the question by a filter."
            )
        for name, value in (("least similarity", self.least), ("variety", self.variety)):
            if not 0 <= value <= 1:
                raise InvalidQuery(f"A {name} of {value} lies outside 0 to 1; correct it.")
        for name, most in (("artist", self.per_artist), ("album", self.per_album)):
            if most is not None and most < 1:
                raise InvalidQuery(f"{most} tracks of one {name} are too few; allow 1 or more.")

    @property
    def end(self) -> int:
        """How much of the ranking is looked at, in tracks listed."""
        return self.offset + self.count
