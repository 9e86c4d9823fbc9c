"""The queries that playlists are made from: what each kind keeps of itself, and how it is asked.

Tracks are named by the hashes of their sounds, artists and albums by their names, so that a query
means the same in another library. Of several seeds those that are gone are left out. A further
kind is a class like these, and a line in `KINDS`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Self

from mir.catalogue import playlist_entries
from mir.catalogue.filters import Filter
from mir.catalogue.paging import check_page
from mir.engine import Engine
from mir.errors import InvalidQuery, NotFound
from mir.recommend.for_listener import EXPLORE, Wish, recommend
from mir.recommend.next_tracks import next_tracks
from mir.recommend.path import MOST_STEPS, path
from mir.search.browse import browse
from mir.search.hits import Hit
from mir.search.like import like
from mir.search.listing import Listing
from mir.search.mood import Point, near_mood
from mir.search.seeds import Seeds

COUNT = 25  # tracks where nobody says how many


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What every kind knows."""

    filter: Filter = field(default_factory=Filter)

    def ask(self, engine: Engine, now: datetime) -> tuple[int, ...]:
        """Return the ids of the tracks that it finds now, in its order.

        Raises NotFound where what it starts from is gone, InvalidQuery where the filter names a
        genre that is not known any more.
        """
        raise NotImplementedError


@dataclass(frozen=True, slots=True, kw_only=True)
class _Listed(Query):
    """A ranking that is cut as `mir.search.listing` has it, from its beginning."""

    count: int = COUNT
    least: float = 0.0
    variety: float = 0.0
    per_artist: int | None = None
    per_album: int | None = None

    def listing(self) -> Listing:
        """Return how the answer is cut."""
        return Listing(self.count, 0, self.least, self.variety, self.per_artist, self.per_album)


@dataclass(frozen=True, slots=True, kw_only=True)
class _FromSeeds(_Listed):
    """Tracks by tracks, artists and albums, as `mir.search.seeds` and `listing` have them."""

    seeds: tuple[str, ...] = ()  # audio hashes, as are those of `unlike`
    artists: tuple[str, ...] = ()
    albums: tuple[str, ...] = ()
    unlike: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Raise InvalidQuery where nothing is named to start from or a value is out of range."""
        if not (self.seeds or self.artists or self.albums):
            raise InvalidQuery("No seed was given; name a track, an artist or an album.")
        self.listing()

    @classmethod
    def of(cls, engine: Engine, seeds: Seeds, filter: Filter, listing: Listing) -> Self:
        """Return the query that starts from seeds by their ids; NotFound, InvalidQuery."""
        return cls(
            seeds=_sounds(engine, seeds.tracks),
            artists=seeds.artists,
            albums=seeds.albums,
            unlike=_sounds(engine, seeds.unlike),
            filter=filter,
            **_cut(listing),
        )

    def meant(self, engine: Engine) -> Seeds:
        """Return those of the seeds that are there; NotFound where that is none."""
        here = _here(engine, self.seeds)
        if not (here or self.artists or self.albums):
            raise NotFound("The tracks that the playlist was made from are gone; make it anew.")
        return Seeds(tuple(here), self.artists, self.albums, tuple(_here(engine, self.unlike)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Similar(_FromSeeds):
    """What sounds most like the seeds, nearest first, and none of them."""

    def ask(self, engine: Engine, now: datetime) -> tuple[int, ...]:
        """Return what `mir.search.like` finds now."""
        return _ids(like(engine, self.meant(engine), self.filter, self.listing()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Next(_FromSeeds):
    """What to play after the seeds, and none of them."""

    def ask(self, engine: Engine, now: datetime) -> tuple[int, ...]:
        """Return what `mir.recommend.next_tracks` finds now."""
        seeds = self.meant(engine)
        return _ids(next_tracks(engine, seeds, filter=self.filter, listing=self.listing()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Mood(_Listed):
    """What feels most like a point, nearest first."""

    arousal: float
    valence: float

    def __post_init__(self) -> None:
        """Raise InvalidQuery for a value out of range."""
        self.point()
        self.listing()

    @classmethod
    def of(cls, point: Point, filter: Filter, listing: Listing) -> Self:
        """Return the query for a point; InvalidQuery."""
        return cls(
            arousal=point.arousal,
            valence=point.valence,
            filter=filter,
            **_cut(listing),
        )

    def point(self) -> Point:
        """Return where it lies."""
        return Point(self.arousal, self.valence)

    def ask(self, engine: Engine, now: datetime) -> tuple[int, ...]:
        """Return what `mir.search.mood` finds now."""
        return _ids(near_mood(engine, self.point(), self.filter, self.listing()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Path(Query):
    """The way from one track to another, both of them included."""

    start: str  # audio hashes
    end: str
    steps: int = 10

    def __post_init__(self) -> None:
        """Raise InvalidQuery where no way can lead so."""
        if not 1 <= self.steps <= MOST_STEPS:
            raise InvalidQuery(f"A path has 1 to {MOST_STEPS} steps; {self.steps} were given.")
        if self.start == self.end:
            raise InvalidQuery("A path from a track to itself has no steps; name two tracks.")

    @classmethod
    def of(cls, engine: Engine, start: int, end: int, steps: int, filter: Filter) -> Self:
        """Return the query between two tracks by their ids; NotFound, InvalidQuery."""
        (first,), (last,) = _sounds(engine, (start,)), _sounds(engine, (end,))
        return cls(start=first, end=last, steps=steps, filter=filter)

    def ask(self, engine: Engine, now: datetime) -> tuple[int, ...]:
        """Return what `mir.recommend.path` finds now."""
        ends = _here(engine, (self.start, self.end))
        if len(ends) < 2:
            raise NotFound("A track at an end of the path is gone; make the playlist anew.")
        return _ids(path(engine, ends[0], ends[1], self.steps, self.filter))


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommended(Query):
    """What a listener may want to hear; asked on another day it may find others."""

    listener: str = ""
    seeds: tuple[str, ...] = ()  # audio hashes, as are those of `exclude`
    artists: tuple[str, ...] = ()
    albums: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    count: int | None = None
    seconds: float | None = None  # to fill
    explore: float = EXPLORE

    def __post_init__(self) -> None:
        """Raise InvalidQuery for a value out of range."""
        self._wish((), ()).check()

    @classmethod
    def of(cls, engine: Engine, wish: Wish) -> Self:
        """Return the query for a wish, whose tracks are ids; NotFound, InvalidQuery."""
        return cls(
            listener=wish.listener,
            seeds=_sounds(engine, wish.seeds),
            artists=wish.artists,
            albums=wish.albums,
            exclude=_sounds(engine, wish.exclude),
            filter=wish.filter or Filter(),
            count=wish.count,
            seconds=wish.seconds,
            explore=wish.explore,
        )

    def ask(self, engine: Engine, now: datetime) -> tuple[int, ...]:
        """Return what `mir.recommend.for_listener` finds at that moment, by the draw of its day."""
        wish = self._wish(_here(engine, self.seeds), _here(engine, self.exclude))
        return _ids(recommend(engine, wish, now, now.toordinal()))

    def _wish(self, seeds: Sequence[int], exclude: Sequence[int]) -> Wish:
        return Wish(
            listener=self.listener,
            seeds=tuple(seeds),
            artists=self.artists,
            albums=self.albums,
            exclude=tuple(exclude),
            filter=self.filter,
            count=self.count,
            seconds=self.seconds,
            explore=self.explore,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracks(Query):
    """The tracks that pass the filter and hold the text, by artist and album."""

    text: str | None = None
    count: int = COUNT

    def __post_init__(self) -> None:
        """Raise InvalidQuery for a count out of range."""
        check_page(0, self.count)

    def ask(self, engine: Engine, now: datetime) -> tuple[int, ...]:
        """Return what `mir.search.browse` lists now."""
        found = browse(engine, self.filter, self.text, limit=self.count)
        return tuple(track.id for track in found.items)


KINDS: dict[str, type[Query]] = {
    "similar": Similar,
    "next": Next,
    "mood": Mood,
    "path": Path,
    "recommend": Recommended,
    "tracks": Tracks,
}
"""The kinds of queries by the names under which they are kept, those of their commands."""


def _cut(listing: Listing) -> dict[str, Any]:
    """How a ranking is cut, as fields of `_Listed`; InvalidQuery."""
    if listing.offset:
        raise InvalidQuery("A playlist begins with the first track; leave out the offset.")
    cut = asdict(listing)
    del cut["offset"]
    return cut


def _sounds(engine: Engine, track_ids: Sequence[int]) -> tuple[str, ...]:
    with engine.catalogue.session() as session:
        return tuple(playlist_entries.hashes_of(session, list(dict.fromkeys(track_ids))))


def _here(engine: Engine, sounds: Sequence[str]) -> list[int]:
    """The ids of those of the sounds that are in the library, in their order."""
    with engine.catalogue.session() as session:
        known = playlist_entries.ids_of(session, sounds)
    return [known[sound] for sound in sounds if sound in known]


def _ids(hits: Iterable[Hit]) -> tuple[int, ...]:
    return tuple(hit.track.id for hit in hits)
