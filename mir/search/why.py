"""Why a track answers a question, as values: every number and name is one that is measured.

"Query" is what the track was compared with: the clip, or the one track of the question that is
nearest to it. `mir.search.compare` says what it takes for each of these to be told, and
`mir.search.sentences` puts them into words.
"""

from dataclasses import dataclass
from typing import Literal

from mir.analysis import Label, Span

TempoRelation = Literal["same", "double", "half", "faster", "slower", "other"]
KeyRelation = Literal["same", "relative", "neighbouring", "other", "far"]
FeelingRelation = Literal["calmer", "more energetic", "darker", "brighter"]


@dataclass(frozen=True, slots=True)
class Shared:
    """A name that both have, with its probability in each."""

    name: str
    query: float
    track: float


@dataclass(frozen=True, slots=True)
class Names:
    """Names of one kind: what both have, and what one surely has and the other has not."""

    shared: tuple[Shared, ...] = ()  # the surest first
    query_only: tuple[Label, ...] = ()  # most probable first
    track_only: tuple[Label, ...] = ()  # the same


@dataclass(frozen=True, slots=True)
class Feeling:
    """How the track clearly feels beside the query: places on arousal or valence, in [-1, 1]."""

    relation: FeelingRelation
    query: float
    track: float


@dataclass(frozen=True, slots=True)
class Tempo:
    """Two sure tempi in beats per minute, and what the track's is to the query's.

    `percent` is by how much it is faster or slower, above 0, and None for other relations.
    """

    relation: TempoRelation
    query: float
    track: float
    percent: float | None = None


@dataclass(frozen=True, slots=True)
class Key:
    """Two sure keys, such as "A minor", and how they are related."""

    relation: KeyRelation
    query: str
    track: str


@dataclass(frozen=True, slots=True)
class Loudness:
    """Two loudnesses in LUFS that are about the same."""

    query: float
    track: float


@dataclass(frozen=True, slots=True)
class NearestPassages:
    """The two passages that are nearest of all pairs, where they lie, and their cosine."""

    query: Span
    track: Span
    cosine: float  # in [-1, 1]; of stored vectors, which are off by less than 0.001
    pairs: int  # of how many pairs; of one nothing is chosen


@dataclass(frozen=True, slots=True)
class Why:
    """All that is told of why a track is an answer; what is None or empty is not told."""

    notes: tuple[str, ...] = ()  # what the question itself says, such as "you liked it"
    compared_with: int | None = None  # id of the track that is the query; None for a clip
    artist: str | None = None  # the first that both are by
    album: str | None = None  # that both are on, by an artist of both
    same_genre: bool = False  # the first of `genres.shared` is surely the first of both
    genres: Names = Names()
    tag_genres: tuple[str, ...] = ()  # that the tags of both name
    instruments: Names = Names()
    moods: Names = Names()
    feelings: tuple[Feeling, ...] = ()
    tempo: Tempo | None = None
    key: Key | None = None
    loudness: Loudness | None = None
    passages: NearestPassages | None = None
    # Share of the library that is less similar, as `Hit.similarity`; None if nothing was compared.
    percentile: float | None = None
