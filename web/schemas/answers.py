"""What answers look like; text that UTF-8 cannot hold is made showable here.

Pages and API alike turn values of `mir` into these models before showing them.
"""

import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Self

from pydantic import BaseModel, ConfigDict, Field

from mir.analysis import Descriptors, Label
from mir.catalogue.genres import GenreCount
from mir.catalogue.tracks import Track
from mir.recommend.related import RelatedArtist
from web.mime import mime_type

if TYPE_CHECKING:
    from mir.listen import Heard

_AROUSAL = "Arousal-like: calm (-1) to energetic (1), 0 for the average; null if not known."
_VALENCE = "Valence-like: dark (-1) to bright (1), 0 for the average; null if not known."


def showable(text: str | Path) -> str:
    """The text with whatever UTF-8 cannot hold (PEP 383 surrogates) replaced by U+FFFD."""
    return os.fspath(text).encode("utf-8", "surrogateescape").decode("utf-8", "replace")


class LabelOut(BaseModel):
    """A predicted name with its probability."""

    model_config = ConfigDict(from_attributes=True)

    name: str
    probability: float


class SoundOut(BaseModel):
    """Measured properties; null where not known."""

    tempo: float | None = Field(description="Beats per minute.")
    tempo_confidence: float | None
    key: str | None = Field(description="The tonic: C, C#, … B.")
    mode: str | None = Field(description="major or minor.")
    key_confidence: float | None
    loudness: float | None = Field(description="LUFS of the mono mix.")

    @classmethod
    def of(cls, found: Descriptors) -> Self:
        """The measured part of the descriptors."""
        return cls(
            tempo=found.tempo,
            tempo_confidence=found.tempo_confidence,
            key=found.key,
            mode=found.mode,
            key_confidence=found.key_confidence,
            loudness=found.loudness,
        )


class HeardOut(BaseModel):
    """What a clip is heard as."""

    seconds: float
    genres: list[LabelOut]
    uncertain: bool = Field(description="True when the genres should not be relied on.")
    moods: list[LabelOut]
    instruments: list[LabelOut]
    arousal: float | None = Field(description=_AROUSAL)
    valence: float | None = Field(description=_VALENCE)
    sound: SoundOut

    @classmethod
    def of(cls, heard: "Heard") -> Self:
        """The showable part of what was heard."""
        return cls(
            seconds=heard.seconds,
            genres=labels(heard.hearing.genres),
            uncertain=heard.hearing.uncertain,
            moods=labels(heard.hearing.moods),
            instruments=labels(heard.hearing.instruments),
            arousal=heard.hearing.arousal,
            valence=heard.hearing.valence,
            sound=SoundOut.of(heard.descriptors),
        )


class TrackOut(BaseModel):
    """All that is known of a track."""

    id: int
    title: str
    artists: list[str]
    album: str | None
    album_artist: str | None
    year: int | None
    track_number: int | None
    disc_number: int | None
    seconds: float
    composer: str | None
    lyricist: str | None
    publisher: str | None = Field(description="Or the label.")
    copyright: str | None
    licence: str | None
    isrc: str | None = Field(description="Of the recording.")
    iswc: str | None = Field(description="Of the work.")
    recording_mbid: str | None
    work_mbid: str | None
    release_mbid: str | None
    artist_mbids: list[str]
    tag_genres: list[str] = Field(description="Genres that the file itself names.")
    genres: list[LabelOut] = Field(description="Predicted genres, most probable first.")
    uncertain: bool
    moods: list[LabelOut]
    instruments: list[LabelOut]
    arousal: float | None = Field(description=_AROUSAL)
    valence: float | None = Field(description=_VALENCE)
    sound: SoundOut
    container: str | None
    audio_type: str = Field(description="The media type of the file, for `canPlayType`.")
    files: list[str]
    start: float | None = Field(description="Second of the file where it begins; null: all of it.")
    end: float | None = Field(description="Second of the file where it ends.")
    added_at: datetime
    audio_url: str = Field(description="For a track inside a file with `#t=start,end`.")
    cover_url: str

    @classmethod
    def of(cls, track: Track) -> Self:
        """The showable form of a track."""
        return cls(
            id=track.id,
            title=showable(track.title),
            artists=[showable(name) for name in track.artists],
            album=_maybe(track.album),
            album_artist=_maybe(track.album_artist),
            year=track.year,
            track_number=track.track_number,
            disc_number=track.disc_number,
            seconds=track.seconds,
            composer=_maybe(track.composer),
            lyricist=_maybe(track.lyricist),
            publisher=_maybe(track.publisher),
            copyright=_maybe(track.copyright),
            licence=_maybe(track.licence),
            isrc=_maybe(track.isrc),
            iswc=_maybe(track.iswc),
            recording_mbid=_maybe(track.recording_mbid),
            work_mbid=_maybe(track.work_mbid),
            release_mbid=_maybe(track.release_mbid),
            artist_mbids=[showable(mbid) for mbid in track.artist_mbids],
            tag_genres=[showable(name) for name in track.tag_genres],
            genres=labels(track.genres),
            uncertain=track.uncertain,
            moods=labels(track.moods),
            instruments=labels(track.instruments),
            arousal=track.arousal,
            valence=track.valence,
            sound=SoundOut.of(track.descriptors),
            container=track.container,
            audio_type=_audio_type(track),
            files=[showable(path) for path in track.paths],
            start=track.span and track.span[0],
            end=track.span and track.span[1],
            added_at=track.added_at,
            audio_url=f"/api/v1/tracks/{track.id}/audio{_fragment(track.span)}",
            cover_url=f"/api/v1/tracks/{track.id}/cover",
        )


def _audio_type(track: Track) -> str:
    return mime_type(track.container, track.paths[0] if track.paths else Path())


class RelatedArtistOut(BaseModel):
    """An artist who goes with another, and why."""

    name: str
    tracks: int = Field(description="How many there are of theirs.")
    score: float = Field(description="Mean cosine of their tracks, in [-1, 1].")
    similarity: float = Field(description="Share of the artists that are less near, in [0, 1].")
    reasons: list[str]

    @classmethod
    def of(cls, found: RelatedArtist) -> Self:
        """The showable form of an artist."""
        return cls(
            name=showable(found.name),
            tracks=found.tracks,
            score=found.score,
            similarity=found.similarity,
            reasons=[showable(reason) for reason in found.reasons],
        )


class RelatedArtistsOut(BaseModel):
    """Artists who go with another, best first."""

    artists: list[RelatedArtistOut]


class TracksOut(BaseModel):
    """A page of tracks."""

    tracks: list[TrackOut]
    total: int
    offset: int


class GenreOut(BaseModel):
    """A genre and how many tracks have it."""

    name: str
    tracks: int = Field(description="Tracks that a filter by it keeps.")
    predicted: int = Field(description="Tracks whose first predicted genre it is.")
    tagged: int = Field(description="Tracks whose own tags name it.")

    @classmethod
    def of(cls, count: GenreCount) -> Self:
        """The showable form of a genre's count."""
        return cls(
            name=showable(count.name),
            tracks=count.tracks,
            predicted=count.predicted,
            tagged=count.tagged,
        )


class GenresOut(BaseModel):
    """The genres of the library, the most frequent first."""

    genres: list[GenreOut]


def labels(found: Iterable[Label]) -> list[LabelOut]:
    """The showable form of predicted labels, in their order."""
    return [LabelOut(name=showable(label.name), probability=label.probability) for label in found]


def _fragment(span: tuple[float, float] | None) -> str:
    """What tells a player to play a span only: W3C Media Fragments URI 1.0, "" for all of it."""
    return "" if span is None else f"#t={span[0]:.3f},{span[1]:.3f}"


def _maybe(text: str | None) -> str | None:
    return None if text is None else showable(text)
