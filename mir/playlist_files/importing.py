"""From an M3U playlist to a playlist of the library."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from mir.catalogue import playlist_entries
from mir.catalogue.playlists import Playlist, checked_name
from mir.catalogue.portable.moves import Moves
from mir.catalogue.session import Session
from mir.errors import InvalidQuery
from mir.playlist_files.m3u import read_m3u
from mir.playlist_files.matching import Unmatched, match


@dataclass(frozen=True, slots=True)
class Imported:
    """The playlist that was made, and the lines that name no track of the library."""

    playlist: Playlist
    unmatched: tuple[Unmatched, ...]


def import_m3u(
    session: Session,
    data: bytes,
    now: datetime,
    *,
    name: str | None = None,
    file_name: str = "",
    moves: Moves | None = None,
    folder: Path | None = None,
    listener: str = "",
) -> Imported:
    """Make a playlist of the tracks that the file of an M3U or M3U8 names.

    It is called `name`, or else what the file calls itself, or else as the file without its
    ending. `moves` and `folder` are as in `mir.playlist_files.matching.match`.

    Raises:
        InvalidQuery: the file is no such list or too long (`read_m3u`), or no playlist can be
            called so, or one is.
    """
    parsed = read_m3u(data)
    chosen = name
    if chosen is None:
        chosen = parsed.name or Path(file_name).stem
        try:
            checked_name(chosen)
        except InvalidQuery:
            raise InvalidQuery(
                f"The list is called {chosen!r}, which no playlist can be; give it another name."
            ) from None
    found = match(session, parsed, moves=moves, folder=folder)
    made = playlist_entries.make(session, chosen, found.track_ids, now, listener)
    return Imported(made, found.unmatched)
