"""Why tracks are answers: each compared with what it answers, in one reading for all of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from mir.analysis import FloatArray
from mir.catalogue import embeddings
from mir.catalogue.session import Session
from mir.catalogue.tracks import Track
from mir.passages import places, split
from mir.search.compare import compare
from mir.search.passages import Passages, nearest
from mir.search.portrait import portrait_of_clip, portrait_of_track
from mir.search.why import Why

if TYPE_CHECKING:
    from mir.listen import Heard


def between(
    session: Session, model_id: str, pairs: Sequence[tuple[Track, Track]]
) -> tuple[Why, ...]:
    """Why the second track of each pair answers the first one, as that model hears them."""
    known = {track.id: track for pair in pairs for track in pair}
    stored = embeddings.passages(session, list(known), model_id)
    portraits = {track.id: portrait_of_track(track) for track in known.values()}
    passages = {track.id: _passages(track, stored) for track in known.values()}
    return tuple(
        replace(
            compare(portraits[query.id], portraits[track.id]),
            passages=nearest(passages[query.id], passages[track.id]),
        )
        for query, track in pairs
    )


def with_clip(
    heard: "Heard", tracks: Iterable[Track], stored: Mapping[int, FloatArray]
) -> dict[int, Why]:
    """Why each of the tracks answers a clip, by track id; `stored` are their passages by id."""
    clip = portrait_of_clip(heard)
    here = Passages(heard.hearing.passages, split(heard.seconds))
    return {
        track.id: replace(
            compare(clip, portrait_of_track(track)),
            passages=nearest(here, _passages(track, stored)),
        )
        for track in tracks
    }


def _passages(track: Track, stored: Mapping[int, FloatArray]) -> Passages | None:
    vectors = stored.get(track.id)
    return None if vectors is None else Passages(vectors, places(track.seconds, len(vectors)))
