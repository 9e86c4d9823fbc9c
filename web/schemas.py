"""The wire shapes: what requests may say and what answers look like, and nowhere else.

Pages and API alike turn values of `mir` into these models before showing them, so text
that cannot be encoded (file names that are not UTF-8) is made showable in one place.
"""

import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from mir.analysis import Descriptors, Label
from mir.catalogue.failures import StoredFailure
from mir.catalogue.filters import Filter
from mir.catalogue.genres import GenreCount
from mir.catalogue.tracks import Track
from mir.engine import Status
from mir.listen import Heard
from mir.search.hits import Hit

MAX_ID = 2**31 - 1  # what every supported database can hold


def showable(text: str | Path) -> str:
    """The text with whatever UTF-8 cannot hold (PEP 383 surrogates) replaced by U+FFFD."""
    return os.fspath(text).encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _no_nul(text: str) -> str:
    if "\x00" in text:
        raise ValueError("must not contain the NUL character")
    return text


Text = Annotated[str, Field(max_length=500), AfterValidator(_no_nul)]
Texts = Annotated[list[Text], Field(max_length=50)]
Year = Annotated[int, Field(ge=0, le=9999)]
TrackId = Annotated[int, Field(ge=1, le=MAX_ID)]
TrackIds = Annotated[list[TrackId], Field(max_length=500)]


class Asked(BaseModel):
    """A request: unknown fields are refused, empty ones count as not given."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _drop_empty(cls, fields: Any) -> Any:
        if not isinstance(fields, dict):
            return fields
        kept = {
            k: [v for v in f if v != ""] if isinstance(f, list) else f for k, f in fields.items()
        }
        return {name: value for name, value in kept.items() if value not in ("", [], None)}


class FilterFields(Asked):
    """The one grammar of filters, for every door."""

    genre: Texts = Field(default=[], description="Keep tracks of any of these genres.")
    all_genres: Texts = Field(default=[], description="Keep tracks of all of these genres.")
    not_genre: Texts = Field(default=[], description="Leave out tracks of these genres.")
    artist: Text | None = Field(default=None, description="Keep tracks by this artist.")
    year_from: Year | None = Field(default=None, description="Keep tracks from this year on.")
    year_to: Year | None = Field(default=None, description="Keep tracks up to this year.")

    def filter(self) -> Filter:
        """What the catalogue and the index understand."""
        return Filter(
            genres_any=tuple(self.genre),
            genres_all=tuple(self.all_genres),
            genres_none=tuple(self.not_genre),
            artist=self.artist,
            year_from=self.year_from,
            year_to=self.year_to,
        )


Count = Annotated[int, Field(ge=1, le=200, description="How many tracks to answer with.")]
Offset = Annotated[int, Field(ge=0, le=MAX_ID, description="How many to skip.")]
Limit = Annotated[int, Field(ge=1, le=200, description="How many to list at most.")]


class ClipForm(Asked):
    """The multipart form of `POST /classify`."""


class SearchForm(FilterFields):
    """The multipart form of `POST /search`, beside the file `clip`."""

    count: Count = 20


class SimilarQuery(FilterFields):
    """The query of `/tracks/{id}/similar`."""

    count: Count = 20


class TracksQuery(FilterFields):
    """The query of `/tracks`."""

    q: Text | None = Field(default=None, description="Text in the title, an artist or the album.")
    offset: Offset = 0
    limit: Limit = 50


class NextQuery(FilterFields):
    """The query of `/recommendations`."""

    seed: TrackIds = Field(min_length=1, description="Tracks to go on from, by id.")
    exclude: TrackIds = Field(default=[], description="Tracks not to answer with, by id.")
    count: Count = 20


class PageQuery(Asked):
    """Where in a list to begin and how much of it to give."""

    offset: Offset = 0
    limit: Limit = 50


class TrackPath(BaseModel):
    """The track that an address names."""

    track_id: TrackId = Field(description="The track's id.")


class LabelOut(BaseModel):
    """A predicted name with its probability."""

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
    sound: SoundOut

    @classmethod
    def of(cls, heard: Heard) -> Self:
        """The showable part of what was heard."""
        return cls(
            seconds=heard.seconds,
            genres=labels(heard.hearing.genres),
            uncertain=heard.hearing.uncertain,
            moods=labels(heard.hearing.moods),
            instruments=labels(heard.hearing.instruments),
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
    copyright: str | None
    licence: str | None
    isrc: str | None
    recording_mbid: str | None
    release_mbid: str | None
    artist_mbids: list[str]
    tag_genres: list[str] = Field(description="Genres that the file itself names.")
    genres: list[LabelOut] = Field(description="Predicted genres, most probable first.")
    uncertain: bool
    moods: list[LabelOut]
    instruments: list[LabelOut]
    sound: SoundOut
    container: str | None
    files: list[str]
    added_at: datetime
    audio_url: str
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
            copyright=_maybe(track.copyright),
            licence=_maybe(track.licence),
            isrc=_maybe(track.isrc),
            recording_mbid=_maybe(track.recording_mbid),
            release_mbid=_maybe(track.release_mbid),
            artist_mbids=[showable(mbid) for mbid in track.artist_mbids],
            tag_genres=[showable(name) for name in track.tag_genres],
            genres=labels(track.genres),
            uncertain=track.uncertain,
            moods=labels(track.moods),
            instruments=labels(track.instruments),
            sound=SoundOut.of(track.descriptors),
            container=track.container,
            files=[showable(path) for path in track.paths],
            added_at=track.added_at,
            audio_url=f"/api/v1/tracks/{track.id}/audio",
            cover_url=f"/api/v1/tracks/{track.id}/cover",
        )


class HitOut(BaseModel):
    """A track found, how near it is and why."""

    track: TrackOut
    score: float = Field(description="Cosine of the two vectors, in [-1, 1].")
    similarity: float = Field(description="Share of the library that is less near, in [0, 1].")
    reasons: list[str]

    @classmethod
    def of(cls, hit: Hit) -> Self:
        """The showable form of a hit."""
        return cls(
            track=TrackOut.of(hit.track),
            score=hit.score,
            similarity=hit.similarity,
            reasons=[showable(reason) for reason in hit.reasons],
        )


class HitsOut(BaseModel):
    """Tracks found, nearest first."""

    hits: list[HitOut]

    @classmethod
    def of(cls, hits: Iterable[Hit]) -> Self:
        """The showable form of the hits, in their order."""
        return cls(hits=[HitOut.of(hit) for hit in hits])


class AnswerOut(HitsOut):
    """The answer to a clip: what it is heard as, and what is near."""

    heard: HeardOut


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


class FailureOut(BaseModel):
    """A file that could not be analysed."""

    path: str
    reason: str
    stage: str
    failed_at: datetime

    @classmethod
    def of(cls, failure: StoredFailure) -> Self:
        """The showable form of a failure."""
        return cls(
            path=showable(failure.path),
            reason=showable(failure.reason),
            stage=failure.stage,
            failed_at=failure.failed_at,
        )


class FailuresOut(BaseModel):
    """A page of failures."""

    failures: list[FailureOut]
    total: int
    offset: int


class ProgressOut(BaseModel):
    """How far a running index run is."""

    done: int
    total: int
    failed: int


class StatusOut(BaseModel):
    """What the library holds and whether the index is up to date."""

    tracks: int
    failures: int
    indexed: int = Field(description="Tracks in the index that answers come from.")
    index_state: str = Field(description="empty, ready or behind.")
    model_id: str
    revision: int
    roots: list[str]
    running: ProgressOut | None = Field(description="The index run now going on, if any.")

    @classmethod
    def of(cls, status: Status, running: ProgressOut | None) -> Self:
        """The showable form of the engine's status."""
        behind = "ready" if status.index_count == status.tracks else "behind"
        return cls(
            tracks=status.tracks,
            failures=status.failures,
            indexed=status.index_count,
            index_state=behind if status.tracks else "empty",
            model_id=status.model_id,
            revision=status.revision,
            roots=[showable(root) for root in status.roots],
            running=running,
        )


class HealthOut(BaseModel):
    """The answer of a server that can answer."""

    status: str


class FieldProblem(BaseModel):
    """One field of a request and what is wrong with it."""

    field: str
    message: str


class Problem(BaseModel):
    """Problem details for HTTP (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: list[FieldProblem] | None = None


def labels(found: Iterable[Label]) -> list[LabelOut]:
    """The showable form of predicted labels, in their order."""
    return [LabelOut(name=showable(label.name), probability=label.probability) for label in found]


def _maybe(text: str | None) -> str | None:
    return None if text is None else showable(text)
