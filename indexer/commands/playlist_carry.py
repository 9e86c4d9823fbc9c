"""`mir playlist export` and `mir playlist import`: playlists as files for players."""

import os
from datetime import UTC, datetime
from pathlib import Path

import click

from indexer.commands.playlist import playlist
from indexer.keeping import count_tracks
from indexer.mapping import map_option
from indexer.opening import opened
from indexer.options import FOLDER, home_option, json_option, owner_option
from indexer.printing import print_json, say, warn


@playlist.command()
@click.argument("playlist")
@click.argument("file", type=FOLDER, metavar="FILE")
@click.option("--relative", is_flag=True, help="Write paths below FILE's folder relative to it.")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@map_option("What lies in the folder OLD here lies in NEW for the reader (repeatable).")
@owner_option
@json_option
@home_option
def export(
    playlist: str,
    file: Path,
    relative: bool,
    force: bool,
    mappings: tuple[tuple[Path, Path], ...],
    listener: str,
    as_json: bool,
    home: Path | None,
) -> None:
    """Write PLAYLIST to FILE, as its ending says: .m3u8, .xspf or .jspf.

    Tracks that are missing are left out.
    """
    from mir.catalogue import playlist_entries, playlists
    from mir.playlist_files.export import FORMATS, exported
    from mir.playlist_files.folders import rewriting

    format = file.suffix.lstrip(".").lower()
    if format not in FORMATS:
        raise click.UsageError(f"{file.name} does not end in .{', .'.join(FORMATS)}.")
    if file.exists() and not force:
        raise click.UsageError(f"{file} is there already; name another file, or add --force.")
    moves = rewriting(mappings)
    with opened(home) as engine, engine.catalogue.session() as session:
        known = playlists.get(session, playlists.resolve(session, playlist, listener), listener)
        tracks = playlist_entries.tracks_of(session, known.id, listener)
    folder = Path(os.fsdecode(moves(os.fsencode(file.absolute().parent))))
    data = exported(format, known.name, tracks, moves, folder if relative else None)
    try:
        file.write_bytes(data)
    except OSError as error:
        raise click.ClickException(f"{file} cannot be written ({error.strerror}).") from error
    missing = known.count - len(tracks)
    if as_json:
        print_json({"file": file, "tracks": len(tracks), "missing": missing})
        return
    say(f"{len(tracks)} tracks are in {file}." + (f" {missing} are missing." if missing else ""))


@playlist.command("import")
@click.argument("file", type=FOLDER, metavar="FILE")
@click.option("--name", help="Name of the playlist (default: as the file says, or its own name).")
@map_option("What lies in the folder OLD in the list lies in NEW here (repeatable).")
@owner_option
@json_option
@home_option
def import_(
    file: Path,
    name: str | None,
    mappings: tuple[tuple[Path, Path], ...],
    listener: str,
    as_json: bool,
    home: Path | None,
) -> None:
    """Make a playlist of FILE, an M3U or M3U8, from the tracks whose paths it names.

    Paths are absolute or relative to FILE's folder. Lines that name no track of the library are
    reported with their numbers and left out.
    """
    from indexer.shapes import playlist_facts
    from mir.playlist_files.folders import rewriting
    from mir.playlist_files.importing import import_m3u
    from mir.playlist_files.m3u import MOST_BYTES

    try:
        with file.open("rb") as opened_file:
            data = opened_file.read(MOST_BYTES + 1)
    except OSError as error:
        raise click.ClickException(f"{file} cannot be read ({error.strerror}).") from error
    moves = rewriting(mappings)
    with opened(home) as engine, engine.catalogue.session() as session:
        found = import_m3u(
            session,
            data,
            datetime.now(UTC),
            name=name,
            file_name=file.name,
            moves=moves,
            folder=file.absolute().parent,
            listener=listener,
        )
    made = found.playlist
    if as_json:
        print_json({"made": playlist_facts(made), "unmatched": found.unmatched})
        return
    say(f"Made: {made.name} (id {made.id}), {count_tracks(made.count)}.")
    for each in found.unmatched:
        warn(f"line {each.line}: {each.path}: {each.reason}")
