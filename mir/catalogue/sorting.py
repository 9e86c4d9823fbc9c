"""The order in which tracks are browsed, and what else can be read from the index that keeps it."""

from sqlalchemy import ColumnElement, and_, select

from mir.catalogue.tables import tracks
from mir.catalogue.text import folded, searchable

_LENGTH = 100  # characters of each part
_BETWEEN = "\x1f"  # white space to `folded`, so in no part


def sort_key(
    artist: str, album: str | None, disc: int | None, number: int | None, title: str
) -> str:
    """Return text that orders tracks for browsing; those without an artist come last."""

    def place(n: int | None) -> str:
        return f"{min(max(n or 0, 0), 99_999):05d}"

    first = "0" + _part(artist) if folded(artist) else "1"
    return _BETWEEN.join([first, _part(album or ""), place(disc), place(number), _part(title)])


def on_album(title: str) -> ColumnElement[bool]:
    """Return the condition under which a track's album is so called, but for accents and case.

    The last line of `search_text` says so. The key says almost so, and in an index that is a
    quarter of the tracks' size.
    """
    key = _BETWEEN + _part(title) + _BETWEEN
    nearly = select(tracks.c.id).where(tracks.c.sort_key.contains(key, autoescape=True))
    line = "\n" + searchable(title)
    return and_(tracks.c.id.in_(nearly), tracks.c.search_text.endswith(line, autoescape=True))


def _part(text: str) -> str:
    return searchable(text)[:_LENGTH]
