"""`mir playlist`: playlists made by hand, edited, and asked again where a query made them."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from indexer.keeping import count_tracks, print_changed
from indexer.opening import opened
from indexer.options import home_option, json_option, owner_option, page_options
from indexer.printing import Column, print_json, print_page, say
from mir.durations import clock

if TYPE_CHECKING:
    from mir.catalogue.session import Session

_POSITION = click.IntRange(1)


@click.group()
def playlist() -> None:
    """Make, edit, refresh, export and import playlists.

    A PLAYLIST is named by its name or its id, a TRACK as everywhere. Positions count from 1. A
    track whose files are gone keeps its place as missing, and is there again when they come back.
    """


@playlist.command("list")
@page_options
@owner_option
@json_option
@home_option
def list_(limit: int, offset: int, listener: str, as_json: bool, home: Path | None) -> None:
    """List the playlists, the one that was changed last first."""
    from indexer.shapes import playlists_shape
    from mir.catalogue import playlists

    with opened(home) as engine, engine.catalogue.session() as session:
        page = playlists.page(session, offset=offset, limit=limit, listener=listener)
    if as_json:
        print_json(playlists_shape(page, offset))
        return
    print_page(
        (
            Column("Id", right=True),
            Column("Name", flexible=True),
            Column("Tracks", right=True),
            Column("Made from"),
            Column("Changed"),
        ),
        (
            (
                str(each.id),
                each.name,
                str(each.count),
                str(each.query["kind"]) if each.query else "",
                f"{each.changed_at:%Y-%m-%d}",
            )
            for each in page.items
        ),
        page,
        offset,
        empty="No playlists; `mir playlist make NAME` and `mir similar … --keep NAME` make them.",
    )


@playlist.command()
@click.argument("playlist")
@page_options
@owner_option
@json_option
@home_option
def show(
    playlist: str, limit: int, offset: int, listener: str, as_json: bool, home: Path | None
) -> None:
    """List what is in PLAYLIST."""
    from indexer.shapes import playlist_shape
    from mir.catalogue import playlist_entries, playlists

    with opened(home) as engine, engine.catalogue.session() as session:
        known = playlists.get(session, playlists.resolve(session, playlist, listener), listener)
        page = playlist_entries.page(
            session, known.id, offset=offset, limit=limit, listener=listener
        )
    if as_json:
        print_json(playlist_shape(known, page, offset))
        return
    say(f"{known.name}: {count_tracks(known.count)}")
    print_page(
        (
            Column("No", right=True),
            Column("Id", right=True),
            Column("Title", flexible=True),
            Column("Artist", flexible=True),
            Column("Length", right=True),
        ),
        (
            (
                str(each.position),
                str(each.track.id) if each.track else "",
                each.track.title if each.track else "missing",
                ", ".join(each.track.artists) if each.track else "",
                clock(each.track.seconds) if each.track else "",
            )
            for each in page.items
        ),
        page,
        offset,
        empty="Nothing is in it; `mir playlist add` puts tracks there.",
    )


@playlist.command()
@click.argument("name")
@click.argument("tracks", nargs=-1, metavar="[TRACK]…")
@owner_option
@json_option
@home_option
def make(
    name: str, tracks: tuple[str, ...], listener: str, as_json: bool, home: Path | None
) -> None:
    """Make a playlist called NAME by hand, of the TRACKs or of nothing yet.

    To make one from a query, ask with `mir similar`, `next`, `path`, `recommend`, `tracks` or
    `search` and `--keep NAME`.
    """
    from mir.catalogue import playlist_entries
    from mir.catalogue import tracks as catalogue_tracks

    with opened(home) as engine, engine.catalogue.session() as session:
        named = [catalogue_tracks.resolve(session, each) for each in tracks]
        made = playlist_entries.make(session, name, named, _now(), listener)
    print_changed(made, as_json, "made")


@playlist.command()
@click.argument("playlist")
@click.argument("tracks", nargs=-1, required=True, metavar="TRACK…")
@owner_option
@json_option
@home_option
def add(
    playlist: str, tracks: tuple[str, ...], listener: str, as_json: bool, home: Path | None
) -> None:
    """Add TRACKs at the end of PLAYLIST."""
    from mir.catalogue import playlist_entries
    from mir.catalogue import tracks as catalogue_tracks

    with opened(home) as engine, engine.catalogue.session() as session:
        named = [catalogue_tracks.resolve(session, each) for each in tracks]
        changed = playlist_entries.append(
            session, _meant(session, playlist, listener), named, _now(), listener
        )
    print_changed(changed, as_json, "changed")


@playlist.command()
@click.argument("playlist")
@click.argument("positions", nargs=-1, required=True, type=_POSITION, metavar="POSITION…")
@owner_option
@json_option
@home_option
def remove(
    playlist: str, positions: tuple[int, ...], listener: str, as_json: bool, home: Path | None
) -> None:
    """Take what is at the POSITIONs out of PLAYLIST."""
    from mir.catalogue import playlist_entries

    with opened(home) as engine, engine.catalogue.session() as session:
        meant = _meant(session, playlist, listener)
        changed = playlist_entries.remove(session, meant, positions, _now(), listener=listener)
    print_changed(changed, as_json, "changed")


@playlist.command()
@click.argument("playlist")
@click.argument("position", type=_POSITION)
@click.argument("to", type=_POSITION)
@owner_option
@json_option
@home_option
def move(
    playlist: str, position: int, to: int, listener: str, as_json: bool, home: Path | None
) -> None:
    """Bring what is at POSITION of PLAYLIST to the position TO."""
    from mir.catalogue import playlist_entries

    with opened(home) as engine, engine.catalogue.session() as session:
        meant = _meant(session, playlist, listener)
        changed = playlist_entries.move(session, meant, position, to, _now(), listener=listener)
    print_changed(changed, as_json, "changed")


@playlist.command()
@click.argument("playlist")
@click.argument("name")
@owner_option
@json_option
@home_option
def rename(playlist: str, name: str, listener: str, as_json: bool, home: Path | None) -> None:
    """Give PLAYLIST another NAME."""
    from mir.catalogue import playlists

    with opened(home) as engine, engine.catalogue.session() as session:
        changed = playlists.rename(
            session, _meant(session, playlist, listener), name, _now(), listener
        )
    print_changed(changed, as_json, "renamed")


@playlist.command()
@click.argument("playlist")
@owner_option
@json_option
@home_option
def delete(playlist: str, listener: str, as_json: bool, home: Path | None) -> None:
    """Delete PLAYLIST; the tracks themselves stay."""
    from mir.catalogue import playlists

    with opened(home) as engine, engine.catalogue.session() as session:
        gone = playlists.remove(session, _meant(session, playlist, listener), listener)
    print_changed(gone, as_json, "deleted")


@playlist.command()
@click.argument("playlist")
@owner_option
@json_option
@home_option
def refresh(playlist: str, listener: str, as_json: bool, home: Path | None) -> None:
    """Fill PLAYLIST anew from what it was made from; changes by hand are lost."""
    from mir.recommend import standing_query

    with opened(home) as engine:
        with engine.catalogue.session() as session:
            meant = _meant(session, playlist, listener)
        changed = standing_query.refresh(engine, meant, _now(), listener)
    print_changed(changed, as_json, "refreshed")


def _meant(session: "Session", text: str, listener: str) -> int:
    from mir.catalogue import playlists

    return playlists.resolve(session, text, listener)


def _now() -> datetime:
    return datetime.now(UTC)
