"""The questions a listener asks: what is like this track, what is like this clip, what is it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mir.analysis import FloatArray
from mir.audio.apart import Call, here
from mir.audio.source import Source
from mir.catalogue import briefs, embeddings, tracks
from mir.catalogue.filters import Filter
from mir.engine import Engine, View
from mir.fingerprint.spectrum import SAMPLE_RATE
from mir.search.allowed import allowed, check_count
from mir.search.explain import with_clip
from mir.search.hits import Hit, make_hits
from mir.search.like import like
from mir.search.listing import Listing
from mir.search.recognise import Recognition, recognise_samples
from mir.search.seeds import Seeds
from mir.vectors.index import VectorIndex
from mir.vectors.ranking import Ranking
from mir.vectors.rows import Scores

if TYPE_CHECKING:
    from mir.audio.clip import ClipSound
    from mir.listen import Heard

_CANDIDATES = 200  # tracks whose passages are compared with a clip, at least
_CANDIDATES_PER_HIT = 5


@dataclass(frozen=True, slots=True, eq=False)
class ClipAnswer:
    """What a clip is, and what it sounds like."""

    heard: "Heard"
    recognition: Recognition
    hits: tuple[Hit, ...]


def similar(
    engine: Engine,
    track_id: int,
    filter: Filter | None = None,
    count: int = 10,
    view: View | None = None,
) -> tuple[Hit, ...]:
    """The `count` tracks that sound most like a track, nearest first, never the track itself.

    A plain case of `mir.search.like.like`, which says more. A hit's score is the cosine of the
    two tracks' vectors.

    Raises NotFound for a track that is not in the library or has no vector, InvalidQuery for
    a count or a filter that cannot be met.
    """
    return like(engine, Seeds(tracks=(track_id,)), filter, Listing(count=count), view)


def search_clip(
    engine: Engine,
    source: Source,
    filter: Filter | None = None,
    count: int = 10,
    decode: Call = here,
) -> ClipAnswer:
    """What a clip is, whether the library has it, and the `count` tracks that sound most like it.

    A clip lies somewhere in a track, so the tracks nearest as wholes are looked at again: a
    hit's score is the highest cosine between the clip, or a passage of it, and the track's
    vector or one of its passages. For the similarity the tracks further away count as wholes. A
    library without tracks answers with no hits. The filter holds for hits, not for the recognition,
    which is that of `mir.search.recognise`. `decode` calls what decodes the clip.

    Raises AudioError if the clip cannot be heard (ClipTooLong over the settings'
    `max_clip_seconds`), InvalidQuery as `similar` does, ModelError where the file of the library's
    model is gone.
    """
    check_count(count)
    view = engine.view()
    index = view.index
    permitted = allowed(engine, filter, view.model_id)
    clip = _decoded(engine, source, view, decode, with_fingerprint=True)
    heard = _listened(engine, clip, view)
    ranking = index.rank(heard.hearing.vector)
    wide = max(_CANDIDATES, _CANDIDATES_PER_HIT * count)
    candidates = _ranked(index, ranking, permitted, wide)
    queries = np.concatenate([heard.hearing.vector[None], heard.hearing.passages])
    with engine.catalogue.session() as session:
        passages = embeddings.passages(session, [c[0] for c in candidates], view.model_id)
        ranked = _by_best_passage(candidates, passages, queries)
        here = briefs.get_many(session, [found[0] for found in ranked])
        present = [found for found in ranked if found[0] in here][:count]
        known = tracks.get_many(session, [found[0] for found in present], view.model_id)
    hits = make_hits(
        present,
        known,
        _Rescored(ranking, dict(candidates), dict(ranked)),
        others=len(index) - 1,
        why=with_clip(heard, [known[track] for track, _ in present], passages),
    )
    return ClipAnswer(heard, recognise_samples(engine, clip.samples[SAMPLE_RATE]), hits)


def classify(engine: Engine, source: Source, decode: Call = here) -> "Heard":
    """What a clip or file is: its genres, moods, instruments and measures.

    Listens to all of it, up to the settings' `max_clip_seconds`; `decode` calls what decodes it.
    Raises AudioError, and ModelError where the file of the library's model is gone.
    """
    view = engine.view()
    return _listened(engine, _decoded(engine, source, view, decode), view)


def _decoded(
    engine: Engine, source: Source, view: View, decode: Call, *, with_fingerprint: bool = False
) -> "ClipSound":
    """The clip as the model of the view wants it and, if asked for, as fingerprints do."""
    from mir.audio.clip import read_clip  # late: decoders weigh on a server that starts

    rates = [engine.embedder(view.model_id).info.spec.sample_rate]
    if with_fingerprint and SAMPLE_RATE not in rates:
        rates.append(SAMPLE_RATE)
    return decode(read_clip, source, rates, engine.settings.max_clip_seconds)


def _listened(engine: Engine, clip: "ClipSound", view: View) -> "Heard":
    from mir.listen import listen_clip  # late: decoders and transforms weigh 100 MB

    return listen_clip(clip, engine.embedder(view.model_id))


def _ranked(
    index: VectorIndex,
    ranking: Ranking,
    permitted: np.ndarray | None,
    count: int,
) -> list[tuple[int, float]]:
    """The best `count` (track id, score) among those permitted (ids; None: all)."""
    positions = None if permitted is None else index.positions(permitted)
    chosen, scores = ranking.best(count, positions)
    return list(zip(index.ids[chosen].tolist(), scores.tolist(), strict=True))


class _Rescored:
    """Counts the tracks with lower scores where some have got higher ones than as wholes."""

    def __init__(
        self, ranking: Ranking, wholes: dict[int, float], scores: dict[int, float]
    ) -> None:
        """Correct what `ranking` counts for tracks with other scores; both by track id."""
        self._ranking = ranking
        self._wholes = np.array(list(wholes.values()), dtype=np.float32)
        self._scores = np.array([scores[track] for track in wholes], dtype=np.float32)

    def less(self, scores: Scores) -> NDArray[np.float64]:
        """See `mir.search.hits.Counting`."""
        lower = self._wholes[:, None] < scores  # (track, score)
        risen = lower & (self._scores[:, None] >= scores)
        return np.maximum(self._ranking.less(scores) - risen.sum(axis=0), 0)


def _by_best_passage(
    candidates: Sequence[tuple[int, float]],
    passages: dict[int, FloatArray],
    queries: FloatArray,
) -> list[tuple[int, float]]:
    """Candidates by the best of their own score and that of any passage with any query (m, d)."""
    rescored = []
    for track, score in candidates:
        parts = passages.get(track)
        if parts is not None and len(parts):
            score = max(score, float((parts @ queries.T).max()))
        rescored.append((track, score))
    return sorted(rescored, key=lambda pair: (-pair[1], pair[0]))
