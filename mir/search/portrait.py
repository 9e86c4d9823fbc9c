"""What a track and a clip can be compared by, beside their vectors."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mir.analysis import Descriptors, Label
from mir.catalogue.tracks import Track

if TYPE_CHECKING:
    from mir.listen import Heard


@dataclass(frozen=True, slots=True)
class Portrait:
    """What is said of a recording; empty or None where nothing is."""

    genres: tuple[Label, ...]  # the most probable, at most three
    uncertain: bool
    moods: tuple[Label, ...]  # what stands out, at most `mir.analysis.MOST_LABELS`
    instruments: tuple[Label, ...]  # the same
    descriptors: Descriptors
    arousal: float | None = None
    valence: float | None = None
    tag_genres: tuple[str, ...] = ()
    artists: tuple[str, ...] = ()
    album: str | None = None
    track: int | None = None  # its id; None for a clip


def portrait_of_track(track: Track) -> Portrait:
    """What there is to compare of a track in the catalogue."""
    return Portrait(
        genres=track.genres,
        uncertain=track.uncertain,
        moods=track.moods,
        instruments=track.instruments,
        descriptors=track.descriptors,
        arousal=track.arousal,
        valence=track.valence,
        tag_genres=track.tag_genres,
        artists=track.artists,
        album=track.album,
        track=track.id,
    )


def portrait_of_clip(heard: "Heard") -> Portrait:
    """What there is to compare of a clip; nobody says who made it."""
    hearing = heard.hearing
    return Portrait(
        genres=hearing.genres,
        uncertain=hearing.uncertain,
        moods=hearing.moods,
        instruments=hearing.instruments,
        descriptors=heard.descriptors,
        arousal=hearing.arousal,
        valence=hearing.valence,
    )
