"""The one grammar of filters: what may be said of the tracks that are wanted.

Every door takes the same words and makes a `Filter` of them; `mir.catalogue.filters` gives it its
meaning in SQL. A track of which something is not known passes no filter that asks for it.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from mir.catalogue.keys import Key, neighbours, read_key
from mir.catalogue.patterns import STARS, stars
from mir.catalogue.plays import listener_name
from mir.catalogue.text import clean, name_key, searchable
from mir.errors import InvalidQuery

SOURCES = EITHER, TAG_ONLY, MODEL_ONLY = "either", "tag", "model"
ANY, NONE = "any", "none"  # licences: a track has some, or has none
_LONGEST = 1000  # characters of a text that is looked for
_MOST = 1e6  # beats per minute and seconds; nothing has more


@dataclass(frozen=True, slots=True)
class Filter:
    """What a track must and must not be; the empty filter lets all tracks through.

    What differs must hold together; of several genres_any, or moods, one is enough. Limits are
    inclusive.

    Raises:
        InvalidQuery: a text is blank or too long, limits are the wrong way round or out of
            range, a key, a source of genres is none, a moment has no time zone, or the name of a
            listener is too long.
    """

    genres_any: tuple[str, ...] = ()
    genres_all: tuple[str, ...] = ()
    genres_none: tuple[str, ...] = ()
    artist: str | None = None  # one of the track's artists, or that of the album
    year_from: int | None = None
    year_to: int | None = None
    genres_by: str = EITHER  # whose word counts: the file's tag, the model's, or either's
    moods: tuple[str, ...] = ()  # any of them, as the model names them
    bpm_from: float | None = None  # beats per minute
    bpm_to: float | None = None
    key: str | None = None  # as `read_key` reads it
    harmonic: bool = False  # the key's neighbours on the circle of fifths, too
    seconds_from: float | None = None
    seconds_to: float | None = None
    album: str | None = None  # its whole title
    path: str | None = None  # of a file, as `patterns.of_paths` reads it
    added_since: datetime | None = None  # with a time zone
    licence: str | None = None  # text in it, or ANY, or NONE
    unplayed: bool = False  # never played by the listener, as `plays.played` counts
    not_played_since: datetime | None = None  # with a time zone
    listener: str = ""  # whose plays these are

    def __post_init__(self) -> None:
        """Check the values against each other."""
        for name in (*self.genres_any, *self.genres_all, *self.genres_none):
            if not name_key(name):
                raise InvalidQuery("A genre in the filter is blank; name one or leave it out.")
        if not all(map(name_key, self.moods)):
            raise InvalidQuery("A mood in the filter is blank; name one or leave it out.")
        if self.artist is not None and not name_key(self.artist):
            raise InvalidQuery("The artist in the filter is blank; name one or leave it out.")
        if self.genres_by not in SOURCES:
            raise InvalidQuery(f"Genres are not by {self.genres_by!r}; write {_listed(SOURCES)}.")
        _check_range("year", self.year_from, self.year_to, 9999)
        _check_range("tempo", self.bpm_from, self.bpm_to, _MOST)
        _check_range("length", self.seconds_from, self.seconds_to, _MOST)
        if self.key is not None:
            read_key(self.key)
        elif self.harmonic:
            raise InvalidQuery("Harmonic neighbours are those of a key; name the key too.")
        for what in ("album", "path", "licence"):
            _check_text(what, getattr(self, what))
        if self.path is not None and stars(self.path) > STARS:
            raise InvalidQuery(f"The path in the filter has more than {STARS} stars; use fewer.")
        for moment in (self.added_since, self.not_played_since):
            if moment is not None and moment.tzinfo is None:
                raise InvalidQuery(f"The moment {moment} has no time zone; name it in UTC.")
        listener_name(self.listener)

    @property
    def is_empty(self) -> bool:
        """Whether every track passes."""
        return replace(self, genres_by=EITHER, listener="") == Filter()

    @property
    def asks_plays(self) -> bool:
        """Whether it depends on what was played which tracks pass."""
        return self.unplayed or self.not_played_since is not None

    @property
    def but_plays(self) -> "Filter":
        """The filter without what it asks of plays."""
        return replace(self, unplayed=False, not_played_since=None, listener="")

    @property
    def keys(self) -> tuple[Key, ...]:
        """The keys that a track may have; empty where any will do."""
        if self.key is None:
            return ()
        key = read_key(self.key)
        return neighbours(key) if self.harmonic else (key,)


def _check_range(what: str, first: float | None, last: float | None, most: float) -> None:
    for value in (first, last):
        if value is not None and not 0 <= value <= most:  # nor is NaN
            raise InvalidQuery(f"A {what} in the filter lies outside 0 to {most:g}; correct it.")
    if first is not None and last is not None and first > last:
        raise InvalidQuery(f"No {what} lies from {first:g} to {last:g}; turn the two round.")


def _check_text(what: str, text: str | None) -> None:
    if text is None:
        return
    if not searchable(text) or clean(text) is None:
        raise InvalidQuery(f"The {what} in the filter is blank; name one or leave it out.")
    if len(text) > _LONGEST:
        raise InvalidQuery(
            f"The {what} in the filter has {len(text)} characters; {_LONGEST} are enough."
        )


def _listed(names: tuple[str, ...]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}"
