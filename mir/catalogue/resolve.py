"""From what a person writes for a track to the one track that is meant."""

from pathlib import Path

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from mir.catalogue.paths import stored
from mir.catalogue.tables import artists, files, track_artists, tracks
from mir.catalogue.text import searchable
from mir.errors import InvalidQuery, NotFound

_NAMED = 10  # candidates in a message


def resolve(session: Session, text: str) -> int:
    """Return the id of the track that `text` means.

    That is, in this order: its id, the path of one of its files, its whole title, or words
    that its title, artists and album contain. The path of a file that holds several tracks means
    none of them.

    Raises:
        NotFound: nothing matches.
        InvalidQuery: several tracks match; the message lists them with their ids.
    """
    words = searchable(text).split()
    if not words:
        raise InvalidQuery("A track is named by nothing; give its id, its file or its title.")
    if text.strip().isdecimal() and len(text.strip()) < 19:
        known = select(tracks.c.id).where(tracks.c.id == int(text))
        if (found := session.execute(known).scalar()) is not None:
            return found
    if "\0" not in text:
        named = Path(text)
        paths = {stored(path) for path in (named.absolute(), named.resolve())}
        held = select(files.c.track_id).where(files.c.path.in_(paths)).order_by(files.c.part)
        inside = list(dict.fromkeys(session.execute(held).scalars()))
        if len(inside) == 1:
            return inside[0]
        if inside:
            raise InvalidQuery(_ambiguous(session, text, inside, len(inside)))
    whole = tracks.c.search_text.startswith(" ".join(words) + "\n", autoescape=True)
    contains = [tracks.c.search_text.contains(word, autoescape=True) for word in words]
    for demanded in ([whole], contains):
        candidates = _candidates(session, demanded)
        if len(candidates) == 1:
            return candidates[0]
        if candidates:
            raise InvalidQuery(_ambiguous(session, text, candidates))
    raise NotFound(f"No track matches {text!r}; give its id, the path of its file or its title.")


def _candidates(session: Session, demanded: list[ColumnElement[bool]]) -> list[int]:
    """Return the tracks that match in browsing order, at most one more than are named."""
    chosen = (
        select(tracks.c.id)
        .where(*demanded)
        .order_by(tracks.c.sort_key + "", tracks.c.id)  # not by the index, which jumps about
        .limit(_NAMED + 1)
    )
    return list(session.execute(chosen).scalars())


def _ambiguous(session: Session, text: str, ids: list[int], named: int = _NAMED) -> str:
    first = (track_artists.c.track_id == tracks.c.id) & (track_artists.c.position == 0)
    rows = session.execute(
        select(tracks.c.id, tracks.c.title, artists.c.name)
        .select_from(
            tracks.outerjoin(track_artists, first & (track_artists.c.role == "track")).outerjoin(
                artists
            )
        )
        .where(tracks.c.id.in_(ids[:named]))
    )
    said = {i: f"  {i}  {f'{artist} – ' if artist else ''}{title}" for i, title, artist in rows}
    lines = [said[i] for i in ids[:named] if i in said]
    if len(ids) > named:
        lines.append("  …")
    return "\n".join([f"Several tracks match {text!r}; give the id of one of them:", *lines])
