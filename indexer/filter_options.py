"""The filters as options that every command that finds tracks has."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

import click

from indexer.options import listener_option
from indexer.ranges import Lengths, Tempi, Years

if TYPE_CHECKING:
    from mir.catalogue.filters import Filter

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the filter options asked for, before the catalogue is imported."""

    words: dict[str, Any] = field(default_factory=dict)  # as the fields of Filter are called
    added_since: str | None = None
    not_played_since: str | None = None
    listener: str = ""

    def filter(self, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> "Filter":
        """Return the catalogue's filter; ages count from `now`."""
        from mir.catalogue.filters import Filter
        from mir.catalogue.moments import read_moment

        def moment(written: str | None) -> datetime | None:
            return None if written is None else read_moment(written, now())

        return Filter(
            **self.words,
            added_since=moment(self.added_since),
            not_played_since=moment(self.not_played_since),
            listener=self.listener,
        )


def filter_options(command: Callable[..., R]) -> Callable[..., R]:
    """Add the filters; the command gets them as `wanted: Wanted`."""

    @click.option("--genre", "genres_any", multiple=True, help="Any of these genres (repeatable).")
    @click.option("--all-genres", "genres_all", multiple=True, help="All of these (repeatable).")
    @click.option("--not-genre", "genres_none", multiple=True, help="None of these (repeatable).")
    @click.option(
        "--genre-by",
        "genres_by",
        type=click.Choice(["either", "tag", "model"]),
        default="either",
        show_default=True,
        help="Whose genres count: those of the tags, of the model, or either's.",
    )
    @click.option("--mood", "moods", multiple=True, help="Any of these moods (repeatable).")
    @click.option("--bpm", type=Tempi(), help="Only 120 beats a minute, or 90-110.")
    @click.option("--key", help="Only this key: Am, 'F# major', Bb, or 8A (Camelot).")
    @click.option("--harmonic", is_flag=True, help="With --key: its neighbours in fifths too.")
    @click.option("--artist", help="Only this artist.")
    @click.option("--album", help="Only this album.")
    @click.option("--year", type=Years(), help="Only 1990, or 1990-1999.")
    @click.option("--length", type=Lengths(), help="Only lengths of 2m-5m, 20m- or -90s.")
    @click.option(
        "--path", metavar="GLOB", help="Only files or folders named like this: Live, '/m/**/*.mp3'."
    )
    @click.option("--added-since", metavar="WHEN", help="Only added since 2026-03-01, or 30d ago.")
    @click.option("--licence", help="Only licences with this text; any: some, none: none.")
    @click.option("--unplayed", is_flag=True, help="Only what the listener never played.")
    @click.option(
        "--not-played-since",
        metavar="WHEN",
        help="Only not played by the listener since 2026-03-01, or for 30d.",
    )
    @listener_option
    @wraps(command)
    def with_filter(
        *args: Any,
        genres_any: tuple[str, ...],
        genres_all: tuple[str, ...],
        genres_none: tuple[str, ...],
        genres_by: str,
        moods: tuple[str, ...],
        bpm: tuple[float | None, float | None] | None,
        key: str | None,
        harmonic: bool,
        artist: str | None,
        album: str | None,
        year: tuple[int | None, int | None] | None,
        length: tuple[float | None, float | None] | None,
        path: str | None,
        added_since: str | None,
        licence: str | None,
        unplayed: bool,
        not_played_since: str | None,
        listener: str,
        **kwargs: Any,
    ) -> R:
        nothing = (None, None)
        words: dict[str, Any] = {
            "genres_any": genres_any,
            "genres_all": genres_all,
            "genres_none": genres_none,
            "genres_by": genres_by,
            "moods": moods,
            "key": key,
            "harmonic": harmonic,
            "artist": artist,
            "album": album,
            "path": path,
            "licence": licence,
            "unplayed": unplayed,
        }
        words["bpm_from"], words["bpm_to"] = bpm or nothing
        words["year_from"], words["year_to"] = year or nothing
        words["seconds_from"], words["seconds_to"] = length or nothing
        wanted = Wanted(words, added_since, not_played_since, listener)
        return command(*args, wanted=wanted, **kwargs)

    return with_filter
