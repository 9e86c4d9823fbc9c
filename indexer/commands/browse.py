"""`mir genres` and `mir tracks`: what the catalogue holds, in lists."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from indexer.filter_options import Wanted, filter_options
from indexer.keeping import keep_option, keep_query
from indexer.opening import opened
from indexer.options import home_option, json_option, page_options
from indexer.printing import Column, print_json, print_page, print_table
from mir.durations import clock

if TYPE_CHECKING:
    from mir.catalogue.tracks import Track


@click.command()
@json_option
@home_option
def genres(as_json: bool, home: Path | None) -> None:
    """Count the tracks of each genre.

    TRACKS are those that `--genre` finds; of them PREDICTED have it as the network's first
    choice and TAGGED in the file's own tags.
    """
    from indexer.shapes import genres_shape
    from mir.catalogue.genres import genre_counts

    with opened(home) as engine, engine.catalogue.session() as session:
        counts = genre_counts(session)
    if as_json:
        print_json(genres_shape(counts))
        return
    print_table(
        (
            Column("Genre", flexible=True),
            Column("Tracks", right=True),
            Column("Predicted", right=True),
            Column("Tagged", right=True),
        ),
        ((row.name, str(row.tracks), str(row.predicted), str(row.tagged)) for row in counts),
        empty="No genres yet; index a folder with `mir index FOLDER`.",
    )


@click.command()
@click.argument("text", required=False)
@filter_options
@page_options
@keep_option
@json_option
@home_option
def tracks(
    text: str | None,
    wanted: Wanted,
    limit: int,
    offset: int,
    keep: str | None,
    as_json: bool,
    home: Path | None,
) -> None:
    """List the tracks by artist and album, or those whose title, artist or album has TEXT."""
    if keep is not None:
        if offset:
            raise click.UsageError("A playlist begins with the first track; leave out --offset.")
        _keep(keep, text, wanted, limit, as_json, home)
        return
    from indexer.shapes import tracks_shape
    from mir.search.browse import browse

    with opened(home) as engine:
        page = browse(engine, wanted.filter(), text, offset=offset, limit=limit)
    if as_json:
        print_json(tracks_shape(page, offset))
        return
    print_page(
        (
            Column("Id", right=True),
            Column("Title", flexible=True),
            Column("Artist", flexible=True),
            Column("Year", right=True),
            Column("Genre", flexible=True),
            Column("Length", right=True),
        ),
        (
            (
                str(track.id),
                track.title,
                ", ".join(track.artists),
                str(track.year or ""),
                _genre(track),
                clock(track.seconds),
            )
            for track in page.items
        ),
        page,
        offset,
        empty="No tracks; index a folder with `mir index FOLDER`, or ask for something else.",
    )


def _keep(
    name: str, text: str | None, wanted: Wanted, limit: int, as_json: bool, home: Path | None
) -> None:
    from mir.recommend.query_kinds import Tracks

    with opened(home) as engine:
        query = Tracks(text=text or None, filter=wanted.filter(), count=limit)
        keep_query(engine, name, query, as_json)


def _genre(track: "Track") -> str:
    if not track.genres:
        return ", ".join(track.tag_genres[:2])
    return track.genres[0].name + ("?" if track.uncertain else "")
