"""Tracks as files of playlists list them, and where their files lie for who reads those."""

import os
import posixpath
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mir.catalogue.portable.moves import Moves
from mir.catalogue.tracks import Track
from mir.errors import InvalidQuery

# Controls, surrogates, breaks, and what no character is: neither a line nor XML may hold them.
_NO_TEXT = frozenset({"Cc", "Cs", "Cn", "Zl", "Zp"})


@dataclass(frozen=True, slots=True)
class ListedTrack:
    """One line of a playlist's file; text has no line breaks."""

    path: bytes  # as the file system has it; absolute, or relative to the file of the playlist
    title: str
    artist: str  # "" where nobody is known
    album: str | None
    seconds: float
    recording_mbid: str | None
    span: tuple[float, float] | None  # seconds of the file; None: all of it


def listed_tracks(
    tracks: Sequence[Track], moves: Moves | None = None, folder: Path | None = None
) -> tuple[ListedTrack, ...]:
    """Return the tracks as a file lists them, in their order.

    `moves` says under which paths the reader has the folders of here. With `folder`, where the
    playlist's file will lie for the reader, paths below it are relative to it.

    Raises:
        InvalidQuery: every path of a track holds a line break or "..".
    """
    return tuple(_listed(track, moves or Moves(), folder) for track in tracks)


def one_line(text: str) -> str:
    """Return the text without line breaks and other control characters, and fit for UTF-8."""
    kept = (" " if unicodedata.category(letter) in _NO_TEXT else letter for letter in text)
    return " ".join("".join(kept).split())


def _listed(track: Track, moves: Moves, folder: Path | None) -> ListedTrack:
    return ListedTrack(
        path=_path(track, moves, folder),
        title=one_line(track.title) or "Untitled",
        artist=one_line(", ".join(track.artists) or track.album_artist or ""),
        album=one_line(track.album) if track.album else None,
        seconds=track.seconds,
        recording_mbid=track.recording_mbid,
        span=track.span,
    )


def _path(track: Track, moves: Moves, folder: Path | None) -> bytes:
    """The first path of the track that a file may hold."""
    for path in track.paths:
        raw = moves(os.fsencode(path))
        if b"\n" in raw or b"\r" in raw or b".." in raw.split(b"/"):
            continue
        if folder is None:
            return raw
        base = posixpath.normpath(os.fsencode(folder)).rstrip(b"/") + b"/"
        return raw.removeprefix(base)
    raise InvalidQuery(
        f"The path {str(track.paths[0])!r} holds a line break or '..', which no playlist may; "
        "rename the file, run `mir index`, or take the track out."
    )
