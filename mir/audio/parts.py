"""The tracks inside one file, as a cue sheet beside it or in its tags tells them.

A sheet beside the file counts before one inside, for it is the one that people edit; and one that
bears the file's name before a loose one (see `mir.audio.sheets`). A file of which a sheet tells one
track only is an ordinary file, as in an album of one file a track.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path, PureWindowsPath

from mir.analysis import Tags
from mir.audio.cue import (
    FRAMES,
    LARGEST_SHEET,
    BadSheet,
    CueFile,
    CueSheet,
    CueTrack,
    decoded,
    parse_cue,
)
from mir.audio.decode import Span
from mir.audio.sheets import Sheets, same, stamped
from mir.audio.source import name_of, open_source
from mir.audio.tags import Fields, tags_of
from mir.audio.walk import sheets_among
from mir.errors import AudioError

_OF_ONE = ("isrc", "iswc", "recording_mbid", "work_mbid")
_IN_TAGS = "in its tags"


@dataclass(frozen=True, slots=True)
class Part:
    """A track inside a file: from CD frame `start` to before `end` (None: the end of the file)."""

    number: int
    start: int
    end: int | None
    span: Span  # the same in seconds, within the length of the file
    tags: Tags


@dataclass(frozen=True, slots=True)
class Division:
    """What a file is divided into: nothing where it is one track, which may have its reason."""

    parts: tuple[Part, ...] = ()
    problem: str | None = None  # why a sheet of the file is not followed: a sentence


def sheets_beside(path: Path) -> tuple[str, ...]:
    """The names of the cue sheets in the folder of `path` that may speak of it; OSError."""
    folder = path.parent
    return _listed(folder, folder.stat().st_mtime_ns).of(path.name)


def look(path: Path) -> tuple[int, int]:
    """Size in bytes and modification time in ns of a file, as a scan notes them; OSError."""
    facts = path.stat()
    return facts.st_size, stamped(path, sheets_beside(path), facts.st_mtime_ns)


def divide(path: Path, sheets: Sequence[str], fields: Fields, seconds: float | None) -> Division:
    """The tracks inside `path`, of which `sheets` (names in its folder) may speak.

    `fields` are those of its own tags, which say what a sheet does not; `seconds` is its length,
    None where that is not known.
    """
    problem = None
    for name in [*sheets, _IN_TAGS]:
        try:
            parts = _follow(path, name, fields, seconds)
        except BadSheet as why:
            problem = problem or _sentence(name, why)
            continue
        if parts is not None:
            return Division(parts)
    return Division(problem=problem)


def _follow(
    path: Path, name: str, fields: Fields, seconds: float | None
) -> tuple[Part, ...] | None:
    """The parts by one sheet, none where the file is one track; None if it has no say; BadSheet."""
    loose = False
    if name == _IN_TAGS:
        text = next(iter(fields.get("cue_sheet", [])), None)
        if text is None:
            return None
        data = text.encode(errors="replace")
    else:
        data = _read(path.with_name(name))
        loose = same(Path(name).stem) not in (same(path.name), same(path.stem))
    try:
        sheet = parse_cue(data)
    except BadSheet:
        if loose and same(path.stem) not in same(decoded(data)):
            return None  # it is about another file
        raise
    held = _held(sheet, path, loose)
    if held is None:
        return None
    if len(held.tracks) < 2:
        return ()
    if seconds is None:
        raise BadSheet("the file does not say how long it is")
    last = held.tracks[-1]
    if last.start >= seconds * FRAMES:
        raise BadSheet(f"its track {last.number} begins behind the end of the file")
    return tuple(
        Part(t.number, t.start, t.end, _span(t, seconds), _tags(sheet, t, fields))
        for t in held.tracks
    )


def _span(track: CueTrack, seconds: float) -> Span:
    start = track.start / FRAMES
    return Span(start, (seconds if track.end is None else track.end / FRAMES) - start)


def _read(sheet: Path) -> bytes:
    try:
        with open_source(sheet) as file:
            return file.read(LARGEST_SHEET + 1)
    except (AudioError, OSError) as error:
        raise BadSheet(f"it cannot be read ({error})") from None


def _held(sheet: CueSheet, path: Path, loose: bool) -> CueFile | None:
    """The FILE of the sheet that is `path`; None if there is none.

    Sheets keep the name that a file had when the disc was read: often a wav that is a flac by now.
    So a name with another ending is good enough if there is no file of that very name, and any name
    in a sheet that bears the file's name and speaks of one file.
    """
    names = [PureWindowsPath(file.name).name for file in sheet.files]
    for file, name in zip(sheet.files, names, strict=True):
        if same(name) == same(path.name):
            return file
    for file, name in zip(sheet.files, names, strict=True):
        same_stem = same(PureWindowsPath(name).stem) == same(path.stem)
        if same_stem and name and not path.with_name(name).exists():
            return file
    with_tracks = [file for file in sheet.files if file.tracks]
    return with_tracks[0] if not loose and len(with_tracks) == 1 else None


def _tags(sheet: CueSheet, track: CueTrack, own: Fields) -> Tags:
    """The tags of a part: the track's, else the album's, else the file's own."""
    said: dict[str, str | None] = {
        "title": track.title or f"Track {track.number:02}",
        "artists": track.performer or sheet.performer,
        "album": sheet.title,
        "album_artist": sheet.performer,
        "genres": track.genre or sheet.genre,
        "year": track.date or sheet.date,
        "track_number": str(track.number),
        "disc_number": sheet.disc_number,
        "composer": track.composer or sheet.composer,
        "isrc": track.isrc,
    }
    # What is of one recording, work or artist cannot be that of all tracks in the file.
    kept = {name: texts for name, texts in own.items() if name not in _OF_ONE}
    if said["artists"]:
        kept.pop("artist_mbids", None)
    tags = tags_of({**kept, **{name: [text] for name, text in said.items() if text}})
    if tags.album is None:  # a file that is an album bears the album's title
        return replace(tags, album=tags_of(own).title)
    return tags


def _sentence(name: str, why: BadSheet) -> str:
    which = "The cue sheet in its tags"
    if name != _IN_TAGS:
        which = f"The cue sheet {name_of(Path(name))}"
    return f"{which} is not followed, since {why}: mend or remove it. Until then this is one track."


@lru_cache(maxsize=64)
def _listed(folder: Path, modified_ns: int) -> Sheets:
    """The sheets of a folder, whose list of names is the same as long as its time is."""
    return sheets_among([entry.name for entry in folder.iterdir()])
