"""M3U8 written, M3U and M3U8 read: a path a line, before it lines with `#` that tell of it.

Written are `#EXTM3U`, `#PLAYLIST:` and for each track `#EXTINF:seconds,artist - title`; for a
track inside a file also the two `#EXTVLCOPT` lines by which VLC plays a span. Text is UTF-8.
A path stands with the very bytes that the file system has, since others would not open it: one
that is no UTF-8 makes a line that is none.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mir.errors import InvalidQuery
from mir.playlist_files.listed import ListedTrack, one_line

MOST_BYTES = 4 << 20
MOST_LINES = 10_000  # that name a track

_BOM = b"\xef\xbb\xbf"
_START = re.compile(rb"#EXTVLCOPT:\s*start-time=(\d{1,9}(?:\.\d{1,9})?)\s*")


@dataclass(frozen=True, slots=True)
class PathLine:
    """A line that names a file."""

    number: int  # of the line, from 1
    raw: bytes  # as it stands there, without its end
    start: float | None  # second of the file at which the track begins, where that is said


@dataclass(frozen=True, slots=True)
class ParsedM3u:
    """What a file says."""

    name: str | None  # of the playlist, as it stands there
    lines: tuple[PathLine, ...]


def write_m3u8(name: str, tracks: Sequence[ListedTrack]) -> bytes:
    """Return the file of a playlist."""
    lines = [b"#EXTM3U", b"#PLAYLIST:" + _text(one_line(name))]
    for track in tracks:
        said = f"{track.artist} - {track.title}" if track.artist else track.title
        lines.append(_text(f"#EXTINF:{round(track.seconds)},{said}"))
        if track.span is not None:
            lines += [
                _text(f"#EXTVLCOPT:{which}-time={second:.3f}")
                for which, second in zip(("start", "stop"), track.span, strict=True)
            ]
        # What begins with # would be taken for a remark, and outer blanks for none of the path.
        first = track.path[:1]
        odd = first == b"#" or first.isspace() or b":" in track.path.split(b"/")[0]
        lines.append(b"./" + track.path if odd else track.path)
    return b"\n".join(lines) + b"\n"


def read_m3u(data: bytes) -> ParsedM3u:
    """Return what a file of a playlist says, whatever the encoding of its paths.

    Raises:
        InvalidQuery: it is larger than `MOST_BYTES`, names more than `MOST_LINES` tracks, or
            holds NUL, as no text does.
    """
    if len(data) > MOST_BYTES:
        raise InvalidQuery(f"The playlist is larger than {MOST_BYTES >> 20} MiB; cut it in two.")
    if b"\0" in data:
        raise InvalidQuery("This is no M3U playlist but something else; give a text file.")
    name: str | None = None
    start: float | None = None
    lines: list[PathLine] = []
    for number, line in enumerate(data.removeprefix(_BOM).splitlines(), start=1):
        if line.startswith(b"#"):
            if line.upper().startswith(b"#PLAYLIST:"):
                name = decoded(line[len(b"#PLAYLIST:") :]).strip() or None
            elif found := _START.fullmatch(line):
                start = float(found[1])
        elif line.strip():
            lines.append(PathLine(number, line, start))
            start = None
    if len(lines) > MOST_LINES:
        raise InvalidQuery(f"The playlist names {len(lines):,} tracks; cut it at {MOST_LINES:,}.")
    return ParsedM3u(name, tuple(lines))


def decoded(raw: bytes) -> str:
    """Return the text of bytes that are UTF-8 or else Latin-1."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _text(text: str) -> bytes:
    return text.encode("utf-8", "replace")
