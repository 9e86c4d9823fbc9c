"""The rights on record of one side, a file's tags or a track of the library, as one value."""

from dataclasses import dataclass

from mir.analysis import Tags
from mir.catalogue.tracks import Track


@dataclass(frozen=True, slots=True)
class Rights:
    """What one side says, in its own spelling; None or empty where it says nothing."""

    composer: str | None = None
    lyricist: str | None = None
    publisher: str | None = None
    copyright: str | None = None
    licence: str | None = None
    isrc: str | None = None
    iswc: str | None = None
    recording_mbid: str | None = None
    work_mbid: str | None = None
    release_mbid: str | None = None
    artist_mbids: tuple[str, ...] = ()


def rights_of(side: Tags | Track) -> Rights:
    """Return the rights on record in the tags of a file or in a track of the catalogue."""
    return Rights(
        composer=side.composer,
        lyricist=side.lyricist,
        publisher=side.publisher,
        copyright=side.copyright,
        licence=side.licence,
        isrc=side.isrc,
        iswc=side.iswc,
        recording_mbid=side.recording_mbid,
        work_mbid=side.work_mbid,
        release_mbid=side.release_mbid,
        artist_mbids=side.artist_mbids,
    )
