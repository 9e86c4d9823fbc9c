"""Options of the commands that ask for tracks by tracks: what to start from, what to list."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

import click

from indexer.options import MAX_COUNT

if TYPE_CHECKING:
    from mir.engine import Engine
    from mir.search.listing import Listing
    from mir.search.seeds import Seeds

R = TypeVar("R")

SHARE = click.FloatRange(0, 1)


@dataclass(frozen=True, slots=True)
class Meant:
    """What the question starts from, as it was written."""

    seeds: tuple[str, ...]
    artists: tuple[str, ...]
    albums: tuple[str, ...]
    unlike: tuple[str, ...]

    def resolved(self, engine: "Engine") -> "Seeds":
        """Return the seeds with tracks by id; MirError for a track that cannot be told."""
        from mir.catalogue import tracks
        from mir.search.seeds import Seeds

        with engine.catalogue.session() as session:
            liked = [tracks.resolve(session, name) for name in self.seeds]
            unlike = [tracks.resolve(session, name) for name in self.unlike]
        return Seeds(tuple(liked), self.artists, self.albums, tuple(unlike))


_ARTISTS = click.option(
    "--like-artist", "artists", multiple=True, help="Start from this artist's tracks, too."
)
_ALBUMS = click.option(
    "--like-album", "albums", multiple=True, help="Start from this album's tracks, too."
)


def seed_options(command: Callable[..., R]) -> Callable[..., R]:
    """Add the seeds; the command gets them as `meant: Meant`."""

    @click.argument("seeds", nargs=-1, metavar="SEED…")
    @_ARTISTS
    @_ALBUMS
    @click.option(
        "--not", "unlike", multiple=True, metavar="TRACK", help="But not like this (repeatable)."
    )
    @wraps(command)
    def with_seeds(
        *args: Any,
        seeds: tuple[str, ...],
        artists: tuple[str, ...],
        albums: tuple[str, ...],
        unlike: tuple[str, ...],
        **kwargs: Any,
    ) -> R:
        if not (seeds or artists or albums):
            raise click.UsageError("Name a SEED, an artist or an album to start from.")
        return command(*args, meant=Meant(seeds, artists, albums, unlike), **kwargs)

    return with_seeds


def optional_seed_options(command: Callable[..., R]) -> Callable[..., R]:
    """Add seeds that need not be named; the command gets them as `meant: Meant`."""

    @click.argument("seeds", nargs=-1, metavar="[SEED]…")
    @_ARTISTS
    @_ALBUMS
    @wraps(command)
    def with_seeds(
        *args: Any,
        seeds: tuple[str, ...],
        artists: tuple[str, ...],
        albums: tuple[str, ...],
        **kwargs: Any,
    ) -> R:
        return command(*args, meant=Meant(seeds, artists, albums, ()), **kwargs)

    return with_seeds


def listing_options(command: Callable[..., R]) -> Callable[..., R]:
    """Add how many, how near and how varied; the command gets `listing`, called with an offset."""

    @click.option(
        "--count",
        type=click.IntRange(1, MAX_COUNT),
        default=10,
        show_default=True,
        help="How many tracks to answer with.",
    )
    @click.option(
        "--min-similarity",
        "least",
        type=SHARE,
        default=0.0,
        help="Only tracks that are nearer than this share of the library (0 to 1).",
    )
    @click.option(
        "--variety",
        type=SHARE,
        default=0.0,
        help="From 0, the nearest, to 1, as unlike each other as they come.",
    )
    @click.option("--per-artist", type=click.IntRange(1), help="At most so many of one artist.")
    @click.option("--per-album", type=click.IntRange(1), help="At most so many of one album.")
    @wraps(command)
    def with_listing(
        *args: Any,
        count: int,
        least: float,
        variety: float,
        per_artist: int | None,
        per_album: int | None,
        **kwargs: Any,
    ) -> R:
        def listing(offset: int = 0) -> "Listing":
            from mir.search.listing import Listing

            return Listing(count, offset, least, variety, per_artist, per_album)

        return command(*args, listing=listing, **kwargs)

    return with_listing


def offset_option(command: Callable[..., R]) -> Callable[..., R]:
    """Add where in the ranking to begin."""
    return click.option(
        "--offset", type=click.IntRange(0), default=0, show_default=True, help="Tracks to skip."
    )(command)
