"""Ways to rank a library for a clip, all from the same stored vectors.

Each idea maps the library and the clips to a matrix of scores (clips, tracks). All vectors have
unit length.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Library:
    """Track vectors, and the passages with the position of the track that each is of."""

    tracks: Floats  # (tracks, d)
    passages: Floats  # (passages, d), those of a track together
    first: NDArray[np.int64]  # (tracks,) position of each track's first passage


@dataclass(frozen=True, slots=True, eq=False)
class Clips:
    """One vector a clip, and two of its halves."""

    whole: Floats  # (clips, d)
    halves: Floats  # (clips, 2, d)


Idea = Callable[[Library, Clips], Floats]


def track_alone(library: Library, clips: Clips) -> Floats:
    """Cosine of clip and track vector."""
    return clips.whole @ library.tracks.T


def best_passage(library: Library, clips: Clips) -> Floats:
    """Highest cosine of the clip with a passage."""
    return np.maximum.reduceat(clips.whole @ library.passages.T, library.first, axis=1)


def track_or_passage(library: Library, clips: Clips) -> Floats:
    """The higher of the two."""
    return np.maximum(track_alone(library, clips), best_passage(library, clips))


def mean_of_both(library: Library, clips: Clips) -> Floats:
    """Their mean."""
    return (track_alone(library, clips) + best_passage(library, clips)) / 2


def halves_with_passages(library: Library, clips: Clips) -> Floats:
    """Mean over the clip's halves of the highest cosine with a passage."""
    scores = [
        np.maximum.reduceat(clips.halves[:, i] @ library.passages.T, library.first, axis=1)
        for i in range(clips.halves.shape[1])
    ]
    return np.asarray(np.mean(scores, axis=0))


def whole_and_halves(library: Library, clips: Clips) -> Floats:
    """Mean of best passage for the whole clip and for its halves."""
    return (best_passage(library, clips) + halves_with_passages(library, clips)) / 2


def centred(idea: Idea) -> Idea:
    """Take the library's mean passage off everything first, and bring it to unit length anew."""

    def scores(library: Library, clips: Clips) -> Floats:
        return _transformed(idea, library, clips, library.passages.mean(0), 1.0)

    return scores


def standardised(idea: Idea) -> Idea:
    """Z-score every number over the library's passages first."""

    def scores(library: Library, clips: Clips) -> Floats:
        deviation = np.maximum(library.passages.std(0), 1e-6)
        return _transformed(idea, library, clips, library.passages.mean(0), deviation)

    return scores


def whitened(idea: Idea, shrinkage: float) -> Idea:
    """Whiten with the covariance of the library's passages, shrunk towards its mean variance."""

    def scores(library: Library, clips: Clips) -> Floats:
        middle = library.passages.mean(0)
        covariance = np.cov((library.passages - middle).T)
        scale = np.trace(covariance) / len(covariance)
        values, axes = np.linalg.eigh(
            (1 - shrinkage) * covariance + shrinkage * scale * np.eye(len(covariance))
        )
        matrix = (axes / np.sqrt(values)).astype(np.float32)
        return _transformed(idea, library, clips, middle, matrix)

    return scores


def less_hubs(idea: Idea, neighbours: int = 10) -> Idea:
    """Take off half of how near a track is to its own nearest tracks (CSLS, Conneau 2018)."""

    def scores(library: Library, clips: Clips) -> Floats:
        among = library.tracks @ library.tracks.T
        np.fill_diagonal(among, -1)
        near = np.sort(among, axis=1)[:, -neighbours:].mean(1)
        return idea(library, clips) - near / 2

    return scores


IDEAS: Mapping[str, Idea] = {
    "track vector alone": track_alone,
    "best passage": best_passage,
    "track or passage": track_or_passage,
    "mean of both": mean_of_both,
    "halves, passages": halves_with_passages,
    "whole and halves": whole_and_halves,
    "centred track": centred(track_alone),
    "centred passage": centred(best_passage),
    "centred mean": centred(mean_of_both),
    "z-scored track": standardised(track_alone),
    "z-scored passage": standardised(best_passage),
    "z-scored mean": standardised(mean_of_both),
    "whitened .1 pass.": whitened(best_passage, 0.1),
    "whitened .1 mean": whitened(mean_of_both, 0.1),
    "whitened .3 mean": whitened(mean_of_both, 0.3),
    "no hubs, mean": less_hubs(mean_of_both),
}


def ranks(scores: Floats, truth: NDArray[np.int64]) -> NDArray[np.int64]:
    """Rank of the true track for each clip, from 1; equal scores in order of position."""
    own = scores[np.arange(len(truth)), truth][:, None]
    before = np.arange(scores.shape[1])[None] < truth[:, None]
    return 1 + np.sum((scores > own) | ((scores == own) & before), axis=1)


def _transformed(
    idea: Idea, library: Library, clips: Clips, middle: Floats, scale: Floats | float
) -> Floats:
    """Apply (x - middle) / scale, or @ scale where it is a matrix, and scale to unit length."""

    def change(vectors: Floats) -> Floats:
        moved = vectors - middle
        moved = moved @ scale if np.ndim(scale) == 2 else moved / scale
        return moved / np.maximum(np.linalg.norm(moved, axis=-1, keepdims=True), 1e-9)

    counts = np.diff(np.append(library.first, len(library.passages)))
    passages = change(library.passages)
    tracks = np.add.reduceat(passages, library.first, axis=0) / counts[:, None]
    tracks /= np.maximum(np.linalg.norm(tracks, axis=1, keepdims=True), 1e-9)
    return idea(
        Library(tracks, passages, library.first), Clips(change(clips.whole), change(clips.halves))
    )
