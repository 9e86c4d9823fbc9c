"""From tracks to the file of a playlist, in one of the formats by name."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from mir.catalogue.portable.moves import Moves
from mir.catalogue.tracks import Track
from mir.playlist_files.listed import ListedTrack, listed_tracks
from mir.playlist_files.m3u import write_m3u8
from mir.playlist_files.xspf import write_jspf, write_xspf


@dataclass(frozen=True, slots=True)
class Format:
    """A format of playlists' files."""

    media_type: str
    write: Callable[[str, Sequence[ListedTrack]], bytes]


FORMATS = {
    "m3u8": Format("audio/mpegurl", write_m3u8),
    "xspf": Format("application/xspf+xml", write_xspf),
    "jspf": Format("application/jspf+json", write_jspf),
}
"""The formats by name, which is also the ending of a file's name."""


def exported(
    format: str,
    name: str,
    tracks: Sequence[Track],
    moves: Moves | None = None,
    folder: Path | None = None,
) -> bytes:
    """Return a playlist of that name as a file in a format of `FORMATS`.

    `moves` and `folder` are as in `listed_tracks`. Raises InvalidQuery where no path of a track
    can be told.
    """
    return FORMATS[format].write(name, listed_tracks(tracks, moves, folder))
