"""The JSON that commands print: the same names and shapes as the web API's answers.

They are promises to scripts: a name may be added, but none changes its meaning.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from mir.analysis import Descriptors, Label
from mir.catalogue.failures import StoredFailure
from mir.catalogue.genres import GenreCount
from mir.catalogue.playlist_entries import Entry
from mir.catalogue.playlists import Playlist
from mir.catalogue.plays import Play
from mir.catalogue.tracks import Page, Track
from mir.engine import Status
from mir.listen import Heard
from mir.recommend.related import RelatedArtist
from mir.search.hits import Hit
from mir.search.recognise import Played, Recognition, Recording, Timeline

Shape = dict[str, Any]


def track_shape(track: Track) -> Shape:
    """All that is known of a track."""
    return {
        "id": track.id,
        "title": track.title,
        "artists": track.artists,
        "album": track.album,
        "album_artist": track.album_artist,
        "year": track.year,
        "track_number": track.track_number,
        "disc_number": track.disc_number,
        "seconds": track.seconds,
        "composer": track.composer,
        "lyricist": track.lyricist,
        "publisher": track.publisher,
        "copyright": track.copyright,
        "licence": track.licence,
        "isrc": track.isrc,
        "iswc": track.iswc,
        "recording_mbid": track.recording_mbid,
        "work_mbid": track.work_mbid,
        "release_mbid": track.release_mbid,
        "artist_mbids": track.artist_mbids,
        "tag_genres": track.tag_genres,
        "genres": _labels(track.genres),
        "uncertain": track.uncertain,
        "moods": _labels(track.moods),
        "instruments": _labels(track.instruments),
        "arousal": track.arousal,
        "valence": track.valence,
        "sound": _sound(track.descriptors),
        "container": track.container,
        "files": track.paths,
        "start": track.span and track.span[0],
        "end": track.span and track.span[1],
        "added_at": track.added_at,
    }


def hits_shape(hits: Iterable[Hit]) -> Shape:
    """Tracks found, nearest first."""
    return {
        "hits": [
            {
                "track": track_shape(hit.track),
                "score": hit.score,
                "similarity": hit.similarity,
                "reasons": hit.reasons,
                "why": hit.why,
            }
            for hit in hits
        ]
    }


def related_shape(found: Iterable[RelatedArtist]) -> Shape:
    """Artists who go with another, best first."""
    return {
        "artists": [
            {
                "name": each.name,
                "tracks": each.tracks,
                "score": each.score,
                "similarity": each.similarity,
                "reasons": each.reasons,
            }
            for each in found
        ]
    }


def answer_shape(heard: Heard, known: Recognition, hits: Iterable[Hit]) -> Shape:
    """The answer to a clip: which recording it is, what it is heard as, and what is near."""
    hearing = heard.hearing
    return {
        **recognition_shape(known),
        "heard": {
            "seconds": heard.seconds,
            "genres": _labels(hearing.genres),
            "uncertain": hearing.uncertain,
            "moods": _labels(hearing.moods),
            "instruments": _labels(hearing.instruments),
            "arousal": hearing.arousal,
            "valence": hearing.valence,
            "sound": _sound(heard.descriptors),
        },
        **hits_shape(hits),
    }


def recognition_shape(known: Recognition) -> Shape:
    """Which recording a clip is."""
    recordings = [_recording(each) for each in known.recordings]
    return {
        "recording": recordings[0] if recordings else None,
        "others": recordings[1:],
        "among": known.among,
    }


def timeline_shape(heard: Timeline) -> Shape:
    """What was played when."""
    return {"played": [_played(each) for each in heard.played], "among": heard.among}


def tracks_shape(page: Page[Track], offset: int) -> Shape:
    """A page of tracks."""
    return _page("tracks", map(track_shape, page.items), page.total, offset)


def genres_shape(counts: Iterable[GenreCount]) -> Shape:
    """The genres of the library, the commonest first."""
    return {
        "genres": [
            {
                "name": count.name,
                "tracks": count.tracks,
                "predicted": count.predicted,
                "tagged": count.tagged,
            }
            for count in counts
        ]
    }


def failure_shape(failure: StoredFailure) -> Shape:
    """A file that could not be analysed."""
    return {
        "id": failure.id,
        "path": failure.path,
        "reason": failure.reason,
        "stage": failure.stage,
        "failed_at": failure.failed_at,
        "state": failure.state,
    }


def failures_shape(page: Page[StoredFailure], offset: int) -> Shape:
    """A page of files that could not be analysed, the latest first."""
    return _page("failures", map(failure_shape, page.items), page.total, offset)


def play_shape(play: Play) -> Shape:
    """Something a listener did."""
    return {
        "id": play.id,
        "listener": play.listener,
        "kind": play.kind,
        "at": play.at,
        "seconds": play.seconds,
        "reference": play.reference,
        "audio_hash": play.audio_hash,
        "track": play.track,
        "title": play.title,
    }


def plays_shape(page: Page[Play], offset: int) -> Shape:
    """A page of what a listener did, the latest first."""
    return _page("plays", map(play_shape, page.items), page.total, offset)


def playlist_facts(playlist: Playlist) -> Shape:
    """A playlist without what is in it."""
    return {
        "id": playlist.id,
        "name": playlist.name,
        "query": playlist.query,
        "count": playlist.count,
        "created_at": playlist.created_at,
        "changed_at": playlist.changed_at,
    }


def playlists_shape(page: Page[Playlist], offset: int) -> Shape:
    """A page of playlists."""
    return _page("playlists", map(playlist_facts, page.items), page.total, offset)


def playlist_shape(playlist: Playlist, page: Page[Entry], offset: int) -> Shape:
    """A playlist with a page of what is in it."""
    entries = [
        {
            "position": each.position,
            "audio_hash": each.audio_hash,
            "track": each.track and track_shape(each.track),
        }
        for each in page.items
    ]
    return playlist_facts(playlist) | _page("entries", entries, page.total, offset)


def status_shape(status: Status, home: Path, database: str, recent: Page[StoredFailure]) -> Shape:
    """How the library stands."""
    return {
        "home": home,
        "database": database,
        "tracks": status.tracks,
        "failures": status.failures,
        "genres": len(status.genres),
        "indexed": status.index_count,
        "index_revision": status.index_revision,
        "revision": status.revision,
        "model_id": status.model_id,
        "model_name": status.model_name,
        "pending_model": status.pending,
        "roots": status.roots,
        "last_failures": failures_shape(recent, 0)["failures"],
    }


def _recording(found: Recording) -> Shape:
    return {
        "track": track_shape(found.track),
        "offset": found.offset,
        "tempo": found.tempo,
        "score": found.score,
        "verdict": found.verdict,
    }


def _played(found: Played) -> Shape:
    return {
        "track": track_shape(found.track),
        "start": found.start,
        "end": found.end,
        "offset": found.offset,
        "tempo": found.tempo,
        "score": found.score,
        "verdict": found.verdict,
    }


def _labels(labels: Iterable[Label]) -> list[Shape]:
    return [{"name": label.name, "probability": label.probability} for label in labels]


def _sound(measured: Descriptors) -> Shape:
    return {
        "tempo": measured.tempo,
        "tempo_confidence": measured.tempo_confidence,
        "key": measured.key,
        "mode": measured.mode,
        "key_confidence": measured.key_confidence,
        "loudness": measured.loudness,
    }


def _page(name: str, items: Iterable[Shape], total: int, offset: int) -> Shape:
    return {name: list(items), "total": total, "offset": offset}
