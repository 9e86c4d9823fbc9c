"""Tracks and copies that no catalogue holds: for tests of what is said of them."""

from pathlib import Path

from mir.analysis import Descriptors, FileFacts
from mir.catalogue.tracks import Track
from mir.duplicates.choice import Copy
from tests.made_up_analyses import NOW


def made_up_track(number: int) -> Track:
    """A track of that id of which little is known."""
    return Track(
        id=number,
        audio_hash=f"hash-{number}",
        title=f"Track {number}",
        artists=("Ann",),
        album=None,
        album_artist=None,
        year=None,
        track_number=None,
        disc_number=None,
        seconds=100.0,
        composer=None,
        lyricist=None,
        publisher=None,
        copyright=None,
        licence=None,
        isrc=None,
        iswc=None,
        recording_mbid=None,
        work_mbid=None,
        release_mbid=None,
        artist_mbids=(),
        tag_genres=(),
        genres=(),
        uncertain=True,
        moods=(),
        instruments=(),
        arousal=None,
        valence=None,
        descriptors=Descriptors(),
        container="mp3",
        paths=(Path(f"/music/{number}.mp3"),),
        span=None,
        added_at=NOW,
    )


def made_up_copy(number: int) -> Copy:
    """The one file of `made_up_track(number)`."""
    track = made_up_track(number)
    file = FileFacts(track.paths[0], 1_000, 1, "mp3", "mp3", 44_100, 2, 128_000)
    return Copy(track, file)
