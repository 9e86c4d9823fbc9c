"""The tracks of the catalogue as values, with everything that is known of each.

A track is a sound: it keeps its id however its files are named, moved or tagged. Every
function here costs a constant number of statements, whatever it returns.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from mir.analysis import Descriptors, Label
from mir.catalogue.browsing import browsed
from mir.catalogue.chunks import chunks
from mir.catalogue.filters import allowed_ids
from mir.catalogue.ids import Ids
from mir.catalogue.models import present
from mir.catalogue.paging import Page, check_page
from mir.catalogue.parts import keep_parts
from mir.catalogue.paths import restored, stored
from mir.catalogue.resolve import resolve
from mir.catalogue.storing import (
    RemovedFiles,
    StoredTrack,
    remove_files,
    remove_silent,
    silent,
    store,
    store_file,
)
from mir.catalogue.tables import (
    TAG,
    artists,
    files,
    genres,
    hearings,
    track_artists,
    track_genres,
    track_labels,
    tracks,
)
from mir.errors import NotFound

__all__ = [
    "Page",
    "RemovedFiles",
    "StoredTrack",
    "Track",
    "allowed_ids",
    "by_path",
    "count",
    "get",
    "get_many",
    "keep_parts",
    "page",
    "remove_files",
    "remove_silent",
    "resolve",
    "silent",
    "store",
    "store_file",
]


@dataclass(frozen=True, slots=True)
class Track:
    """One recording; what is not known is None or empty.

    `tag_genres` are the file's own, `genres` the model's three most probable; `arousal` and
    `valence` are as in mir.analysis.Hearing; `paths` are in the order in which they were found.
    """

    id: int
    audio_hash: str
    title: str  # never empty: the tag, or else the file's name without its ending
    artists: tuple[str, ...]
    album: str | None
    album_artist: str | None
    year: int | None
    track_number: int | None
    disc_number: int | None
    seconds: float
    composer: str | None
    lyricist: str | None
    publisher: str | None
    copyright: str | None
    licence: str | None
    isrc: str | None
    iswc: str | None
    recording_mbid: str | None
    work_mbid: str | None
    release_mbid: str | None
    artist_mbids: tuple[str, ...]
    tag_genres: tuple[str, ...]
    genres: tuple[Label, ...]
    uncertain: bool
    moods: tuple[Label, ...]
    instruments: tuple[Label, ...]
    arousal: float | None
    valence: float | None
    descriptors: Descriptors
    container: str | None
    paths: tuple[Path, ...]
    # Where it starts and ends in each of them, in seconds; None: all of it.
    span: tuple[float, float] | None
    added_at: datetime  # UTC


def get(session: Session, track_id: int, model_id: str | None = None) -> Track:
    """Return one track as the model hears it (None: the active one); NotFound."""
    found = get_many(session, [track_id], model_id)
    if track_id not in found:
        raise NotFound(f"There is no track {track_id}; it may have been removed.")
    return found[track_id]


def get_many(session: Session, ids: Iterable[int], model_id: str | None = None) -> dict[int, Track]:
    """Return those of the tracks that exist, in the order asked for.

    What is predicted of them is what the model of that id heard, or else the active one.
    """
    asked = list(dict.fromkeys(int(track_id) for track_id in ids))
    found: dict[int, Track] = {}
    for some in chunks([i for i in asked if 0 < i < 2**63]):
        found.update(_read(session, some, model_id))
    return {track_id: found[track_id] for track_id in asked if track_id in found}


def by_path(session: Session, path: Path, part: int = 0) -> int | None:
    """Return the id of the track that this file is, or that its `part` is; None if unknown."""
    here = (files.c.path == stored(path)) & (files.c.part == part)
    return session.execute(select(files.c.track_id).where(here)).scalar()


def count(session: Session) -> int:
    """Return the number of tracks."""
    return session.execute(select(func.count()).select_from(tracks)).scalar_one()


def page(
    session: Session,
    *,
    text: str | None = None,
    among: Ids | None = None,
    offset: int = 0,
    limit: int = 50,
    model_id: str | None = None,
) -> Page[Track]:
    """Return part of the tracks, by artist, album, disc, track number and title.

    `text` lets through tracks whose title, artists and album contain each of its words,
    without regard to case and accents; `among` those with these ids (ascending), as
    `allowed_ids` gives them. Tracks without an artist come last.

    Raises:
        InvalidQuery: offset or limit is out of range.
    """
    check_page(offset, limit)
    ids, total = browsed(session, text or "", among, offset, limit)
    return Page(items=tuple(get_many(session, ids, model_id).values()), total=total)


def _read(session: Session, ids: Sequence[int], model_id: str | None) -> dict[int, Track]:
    # Others may store and remove between these statements. What is read first was stored with
    # its names and files, and what has no file any more was removed.
    heard = and_(hearings.c.track_id == tracks.c.id, hearings.c.model_id == present(model_id))
    rows = session.execute(
        select(tracks, hearings.c.uncertain, hearings.c.arousal, hearings.c.valence)
        .select_from(tracks.outerjoin(hearings, heard))
        .where(tracks.c.id.in_(ids))
    ).all()
    credited: dict[int, list[str]] = defaultdict(list)
    album_artist: dict[int, str] = {}
    for track_id, role, name in session.execute(
        select(track_artists.c.track_id, track_artists.c.role, artists.c.name)
        .join_from(track_artists, artists)
        .where(track_artists.c.track_id.in_(ids))
        .order_by(track_artists.c.track_id, track_artists.c.role, track_artists.c.position)
    ).all():
        if role == "album":
            album_artist[track_id] = name
        else:
            credited[track_id].append(name)

    tagged: dict[int, list[str]] = defaultdict(list)
    labels: dict[tuple[int, str], list[Label]] = defaultdict(list)
    for track_id, source, name, probability in session.execute(
        select(
            track_genres.c.track_id,
            track_genres.c.source,
            genres.c.name,
            track_genres.c.probability,
        )
        .join_from(track_genres, genres)
        .where(
            track_genres.c.track_id.in_(ids),
            or_(track_genres.c.source == TAG, track_genres.c.source == present(model_id)),
        )
        .order_by(track_genres.c.track_id, track_genres.c.source, track_genres.c.position)
    ).all():
        if source == TAG:
            tagged[track_id].append(name)
        else:
            labels[track_id, "genre"].append(Label(name, probability))
    for track_id, kind, name, probability in session.execute(
        select(
            *(track_labels.c.track_id, track_labels.c.kind),
            *(track_labels.c.name, track_labels.c.probability),
        )
        .where(track_labels.c.track_id.in_(ids), track_labels.c.model_id == present(model_id))
        .order_by(track_labels.c.track_id, track_labels.c.kind, track_labels.c.position)
    ).all():
        labels[track_id, kind].append(Label(name, probability))

    held: dict[int, list[Any]] = defaultdict(list)
    for row in session.execute(
        select(
            *(files.c.track_id, files.c.path, files.c.container),
            *(files.c.part, files.c.start, files.c.seconds),
        )
        .where(files.c.track_id.in_(ids))
        .order_by(files.c.id)
    ).all():
        held[row.track_id].append(row)

    return {
        row.id: Track(
            id=row.id,
            audio_hash=row.audio_hash,
            title=row.title,
            artists=tuple(credited[row.id]),
            album=row.album,
            album_artist=album_artist.get(row.id),
            year=row.year,
            track_number=row.track_number,
            disc_number=row.disc_number,
            seconds=row.seconds,
            composer=row.composer,
            lyricist=row.lyricist,
            publisher=row.publisher,
            copyright=row.copyright,
            licence=row.licence,
            isrc=row.isrc,
            iswc=row.iswc,
            recording_mbid=row.recording_mbid,
            work_mbid=row.work_mbid,
            release_mbid=row.release_mbid,
            artist_mbids=tuple(row.artist_mbids),
            tag_genres=tuple(tagged[row.id]),
            genres=tuple(labels[row.id, "genre"]),
            uncertain=row.uncertain is not False,  # nor is what was not heard certain
            moods=tuple(labels[row.id, "mood"]),
            instruments=tuple(labels[row.id, "instrument"]),
            arousal=row.arousal,
            valence=row.valence,
            descriptors=Descriptors(
                tempo=row.tempo,
                tempo_confidence=row.tempo_confidence,
                key=row.key,
                mode=row.mode,
                key_confidence=row.key_confidence,
                loudness=row.loudness,
                mfcc_mean=row.mfcc_mean,
                mfcc_std=row.mfcc_std,
            ),
            container=next((f.container for f in held[row.id] if f.container), None),
            paths=tuple(dict.fromkeys(restored(f.path) for f in held[row.id])),
            span=_span(held[row.id][0], row.seconds),
            added_at=row.added_at,
        )
        for row in rows
        if held[row.id]
    }


def _span(file: Any, seconds: float) -> tuple[float, float] | None:
    """Where the track lies in a file that is one row of its files, all of which agree."""
    if not file.part:
        return None
    return file.start, file.start + (seconds if file.seconds is None else file.seconds)
