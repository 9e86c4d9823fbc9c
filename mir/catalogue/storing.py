"""Bringing what was learnt from files into the catalogue, and taking gone files out.

A track is its sound. The same sound at a further path is the same track with one more file;
a file whose sound changed moves to another track. A track without any file goes when
`remove_silent` is called and not before: while many files are read one after another, its file may
turn up under another name. Tags are those of the file that was read last. All of it is idempotent.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from mir.analysis import Analysis, FileFacts, Tags
from mir.catalogue import embeddings, failures, hearings, links, models
from mir.catalogue.chunks import chunks
from mir.catalogue.files import signed_inode
from mir.catalogue.numbers import integer, number
from mir.catalogue.paths import shown, stored
from mir.catalogue.revision import bump, take_turn
from mir.catalogue.sorting import sort_key
from mir.catalogue.tables import embeddings as embeddings_table
from mir.catalogue.tables import files, tracks
from mir.catalogue.text import clean, clean_names, searchable, title_of

_SILENT = ~select(files.c.id).where(files.c.track_id == tracks.c.id).exists()


@dataclass(frozen=True, slots=True)
class StoredTrack:
    """The track that an analysis went to, and whether it was made for it."""

    id: int
    new: bool


@dataclass(frozen=True, slots=True)
class RemovedFiles:
    """How many of the files were known, and the ids of the tracks that went with them."""

    files: int
    tracks: tuple[int, ...]


def store(session: Session, analysis: Analysis, now: datetime) -> StoredTrack:
    """Store what was learnt from one file, and forget an earlier failure of it.

    `now` (aware) becomes `added_at` of a new track. What other models heard of it stays.
    """
    take_turn(session)
    values = {**_described(analysis.file, analysis.tags), **_measured(analysis)}
    track_id = _by_sound(session, analysis.audio_hash)
    new = track_id is None
    if track_id is None:
        track_id = session.execute(
            insert(tracks)
            .values(audio_hash=analysis.audio_hash, added_at=now, **values)
            .returning(tracks.c.id)
        ).scalar_one()
    else:
        session.execute(update(tracks).where(tracks.c.id == track_id).values(**values))
    _place(session, track_id, analysis.file, analysis.tags)
    models.begin(session, analysis.hearing.model_id)
    for hearing in (analysis.hearing, *analysis.further):
        links.put_predicted(session, track_id, hearing)
        hearings.put(session, track_id, hearing)
        embeddings.put(session, track_id, hearing.model_id, hearing.vector, hearing.passages)
    return StoredTrack(id=track_id, new=new)


def store_file(
    session: Session, file: FileFacts, audio_hash: str, tags: Tags
) -> StoredTrack | None:
    """Store a file of a sound that is known already, with its tags of now.

    None, and nothing is stored, where there is no track of that sound any more.
    """
    take_turn(session)
    track_id = _by_sound(session, audio_hash)
    if track_id is None:
        return None
    session.execute(update(tracks).where(tracks.c.id == track_id).values(**_described(file, tags)))
    _place(session, track_id, file, tags)
    return StoredTrack(id=track_id, new=False)


def remove_files(session: Session, paths: Sequence[Path]) -> RemovedFiles:
    """Take files out, and with its last file the track; unknown paths are passed over."""
    take_turn(session)
    removed: set[bytes] = set()
    owners: set[int] = set()
    for some in chunks([stored(path) for path in paths]):
        for path, track_id in session.execute(
            delete(files).where(files.c.path.in_(some)).returning(files.c.path, files.c.track_id)
        ):
            removed.add(path)
            owners.add(track_id)
    return RemovedFiles(files=len(removed), tracks=_remove(session, sorted(owners)))


def silent(session: Session) -> tuple[int, ...]:
    """Return the ids of the tracks that have no file left."""
    return tuple(
        session.execute(select(tracks.c.id).where(_SILENT).order_by(tracks.c.id)).scalars()
    )


def remove_silent(session: Session, but: Collection[int] = ()) -> tuple[int, ...]:
    """Remove the tracks that have no file left, `but` some; return their ids."""
    spared = set(but)
    ids = [track_id for track_id in silent(session) if track_id not in spared]
    if not ids:
        return ()
    take_turn(session)
    return _remove(session, ids)


def _by_sound(session: Session, audio_hash: str) -> int | None:
    return session.execute(select(tracks.c.id).where(tracks.c.audio_hash == audio_hash)).scalar()


def _place(session: Session, track_id: int, file: FileFacts, tags: Tags) -> None:
    """Make the file and the names in its tags the track's; it is no failure any more."""
    links.put_artists(session, track_id, tags)
    links.put_tag_genres(session, track_id, tags.genres)
    failures.forget(session, [file.path])
    _put_file(session, track_id, file)


def _put_file(session: Session, track_id: int, file: FileFacts) -> None:
    """Make the file one of the track, whatever track it was of before."""
    path = stored(file.path)
    values = {
        "track_id": track_id,
        "size": int(file.size),
        "modified_ns": int(file.modified_ns),
        "inode": signed_inode(file.inode),
        "start": float(file.start),
        "seconds": number(file.seconds),
        "container": clean(file.container),
        "codec": clean(file.codec),
        "sample_rate": integer(file.sample_rate),
        "channels": integer(file.channels),
        "bit_rate": integer(file.bit_rate),
    }
    here = (files.c.path == path) & (files.c.part == file.part)
    if session.execute(select(files.c.id).where(here)).scalar() is None:
        named = {"path": path, "part": file.part, "shown": shown(file.path)}
        session.execute(insert(files).values(**named, **values))
    else:
        session.execute(update(files).where(here).values(**values))


def _remove(session: Session, ids: Sequence[int]) -> tuple[int, ...]:
    """Remove those of the tracks that have no file left; return their ids."""
    removed: list[int] = []
    for some in chunks(ids):
        silent = session.execute(
            select(tracks.c.id).where(tracks.c.id.in_(some)).where(_SILENT).order_by(tracks.c.id)
        ).scalars()
        removed += silent
    for some in chunks(removed):
        heard = session.execute(
            delete(embeddings_table).where(embeddings_table.c.track_id.in_(some))
        )
        named = links.linked(session, some)
        session.execute(delete(tracks).where(tracks.c.id.in_(some)))
        links.drop_unused(session, named)
        if heard.rowcount:  # type: ignore[attr-defined]
            bump(session)
    return tuple(removed)


def _described(file: FileFacts, tags: Tags) -> dict[str, Any]:
    """Return the columns of `tracks` that follow from a file's name and tags."""
    title = clean(tags.title) or title_of(file.path)
    album = clean(tags.album)
    credited = clean_names(tags.artists)
    album_artist = clean(tags.album_artist)
    disc, position = integer(tags.disc_number), integer(tags.track_number)
    return {
        "title": title,
        "album": album,
        "year": integer(tags.year),
        "track_number": position,
        "disc_number": disc,
        "composer": clean(tags.composer),
        "lyricist": clean(tags.lyricist),
        "publisher": clean(tags.publisher),
        "copyright": clean(tags.copyright),
        "licence": clean(tags.licence),
        "isrc": clean(tags.isrc),
        "iswc": clean(tags.iswc),
        "recording_mbid": clean(tags.recording_mbid),
        "work_mbid": clean(tags.work_mbid),
        "release_mbid": clean(tags.release_mbid),
        "artist_mbids": clean_names(tags.artist_mbids),
        "search_text": "\n".join(
            searchable(part)
            for part in (title, " ".join([*credited, album_artist or ""]), album or "")
        ),
        "sort_key": sort_key((credited or [album_artist or ""])[0], album, disc, position, title),
    }


def _measured(analysis: Analysis) -> dict[str, Any]:
    """Return the columns of `tracks` that follow from the sound alone."""
    heard = analysis.descriptors
    return {
        "seconds": float(analysis.seconds),
        "tempo": number(heard.tempo),
        "tempo_confidence": number(heard.tempo_confidence),
        "key": clean(heard.key),
        "mode": clean(heard.mode),
        "key_confidence": number(heard.key_confidence),
        "loudness": number(heard.loudness),
        "mfcc_mean": heard.mfcc_mean,
        "mfcc_std": heard.mfcc_std,
    }
