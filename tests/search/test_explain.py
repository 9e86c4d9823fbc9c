"""What every kind of answer tells, held against the vectors and rows of a small library."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from made_up_library import engine_at, made_up, stored, unit_vectors
from small_library import song, write_audio

from mir.analysis import Descriptors, Label
from mir.catalogue import embeddings, plays
from mir.catalogue.plays import NewPlay
from mir.engine import Engine
from mir.passages import places, split
from mir.recommend.for_listener import Wish, recommend
from mir.recommend.next_tracks import next_tracks
from mir.recommend.path import path
from mir.search.hits import Hit
from mir.search.like import like
from mir.search.listing import Listing
from mir.search.query import search_clip
from mir.search.seeds import Seeds

TRACKS = 40
NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
VECTORS = unit_vectors(TRACKS, seed=5)
LIKED, SEEDS = 7, (3, 11, 20)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """Forty tracks with one to six passages; a listener without a name who liked one of them."""
    engine = engine_at(tmp_path_factory.mktemp("library"))
    analyses = []
    for n in range(TRACKS):
        count = 1 + n % 6
        analyses.append(
            made_up(
                n,
                VECTORS[n],
                passages=unit_vectors(count, seed=100 + n),
                seconds=200.0 if count == 3 else 17.0 * count,
                predicted=[(("rock", "jazz")[n % 2], 0.9), ("folk", 0.05), ("pop", 0.02)],
                moods=[Label("calm", 0.6)] if n % 3 else [],
                descriptors=Descriptors(tempo=100.0 + n, tempo_confidence=0.9),
            )
        )
    stored(engine, analyses)
    engine.refresh_index()
    with engine.catalogue.session() as session:
        plays.record(session, [NewPlay(LIKED, "like", NOW - timedelta(days=30), "")], NOW)
    return engine


def by_track(engine: Engine) -> list[tuple[int, Hit]]:
    return [(5, hit) for hit in like(engine, Seeds(tracks=(5,)))]


def by_seeds(engine: Engine) -> list[tuple[int, Hit]]:
    hits = like(engine, Seeds(tracks=SEEDS, unlike=(30,)), None, Listing(variety=0.5))
    return [(max(SEEDS, key=lambda s: cosine(s, hit.track.id)), hit) for hit in hits]


def by_next(engine: Engine) -> list[tuple[int, Hit]]:
    hits = next_tracks(engine, SEEDS, 8)
    return [(max(SEEDS, key=lambda s: cosine(s, hit.track.id)), hit) for hit in hits]


def by_path(engine: Engine) -> list[tuple[int, Hit]]:
    hits = path(engine, 1, 33, 6)
    assert hits[0].why.compared_with is hits[0].why.percentile is None
    return [(one.track.id, other) for one, other in pairwise(hits)]


def by_plays(engine: Engine) -> list[tuple[int, Hit]]:
    hits = recommend(engine, Wish(count=10), NOW, 0)
    assert all(hit.reasons[0] in hit.why.notes for hit in hits)
    return [(LIKED, hit) for hit in hits if hit.track.id != LIKED]


def cosine(one: int, other: int) -> float:
    return float(VECTORS[one - 1] @ VECTORS[other - 1])


Answer = Callable[[Engine], list[tuple[int, Hit]]]
ANSWERS: list[Answer] = [by_track, by_seeds, by_next, by_path, by_plays]


@pytest.mark.parametrize("answer", ANSWERS)
def test_each_hit_is_compared_with_the_nearest_of_the_question(
    engine: Engine, answer: Answer
) -> None:
    found = answer(engine)
    assert len(found) >= 5
    for query, hit in found:
        why = hit.why
        assert why.compared_with == query
        assert why.same_genre == (query % 2 == hit.track.id % 2)
        assert len(why.genres.query_only) == len(why.genres.track_only) == int(not why.same_genre)
        calm = [bool((each - 1) % 3) for each in (query, hit.track.id)]
        assert [bool(why.moods.shared), bool(why.moods.query_only), bool(why.moods.track_only)] == [
            calm == [True, True],
            calm == [True, False],
            calm == [False, True],
        ]
        assert why.tempo is not None
        assert (why.tempo.query, why.tempo.track) == (99.0 + query, 99.0 + hit.track.id)
        assert why.percentile == hit.similarity


@pytest.mark.parametrize("answer", ANSWERS)
def test_the_passages_are_the_nearest_of_all_pairs(engine: Engine, answer: Answer) -> None:
    told = answer(engine)
    ids = {each for query, hit in told for each in (query, hit.track.id)}
    with engine.catalogue.session() as session:
        stored = embeddings.passages(session, sorted(ids), "stub")
    for query, hit in told:
        found = hit.why.passages
        here, there = stored[query], stored[hit.track.id]
        assert found is not None
        assert found.pairs == len(here) * len(there)
        lengths = [200.0 if len(each) == 3 else 17.0 * len(each) for each in (here, there)]
        m = places(lengths[0], len(here)).index(found.query)
        n = places(lengths[1], len(there)).index(found.track)
        assert found.cosine == pytest.approx(float((here @ there.T).max()))
        assert float(here[m] @ there[n]) == pytest.approx(found.cosine)
        for span, length in ((found.query, lengths[0]), (found.track, lengths[1])):
            assert 0 <= span.start < span.start + span.seconds <= length + 1e-6
        assert hit.reasons[-1].endswith(" there") == (found.pairs > 1)


def test_the_percentile_is_the_share_that_is_less_similar(engine: Engine) -> None:
    for _, hit in by_track(engine):
        others = [n for n in range(1, TRACKS + 1) if n not in (5, hit.track.id)]
        less = sum(cosine(5, n) < cosine(5, hit.track.id) for n in others)
        assert hit.why.percentile == pytest.approx(less / len(others))


def test_a_clip_is_compared_by_its_own_passages(engine: Engine, tmp_path: Path) -> None:
    file = write_audio(tmp_path / "clip.flac", song(3, 40.0, 8_000, 1), 8_000)
    answer = search_clip(engine, file, None, TRACKS)
    with engine.catalogue.session() as session:
        stored = embeddings.passages(session, range(1, TRACKS + 1), "stub")
    assert len(answer.hits) == TRACKS
    for place, hit in enumerate(answer.hits):  # which have different scores
        found, there = hit.why.passages, stored[hit.track.id]
        assert found is not None
        cosines = answer.heard.hearing.passages @ there.T
        m = split(40.0).index(found.query)
        n = places(hit.track.seconds, len(there)).index(found.track)
        assert cosines[m, n] == pytest.approx(cosines.max()) == pytest.approx(found.cosine)
        assert hit.why.compared_with is None
        assert hit.why.percentile == pytest.approx(1 - place / (TRACKS - 1))
    assert np.shape(answer.heard.hearing.passages)[0] == 3


def test_a_track_that_was_played_is_compared_with_nothing(engine: Engine) -> None:
    hits = recommend(engine, Wish(count=TRACKS, explore=0), NOW, 0)
    (again,) = [hit for hit in hits if hit.track.id == LIKED]
    assert again.reasons == ("you liked it",)
    assert again.why.compared_with is None


def test_a_sample_of_the_library_is_near_to_nothing(tmp_path: Path) -> None:
    engine = engine_at(tmp_path)
    stored(engine, [made_up(n, VECTORS[n]) for n in range(5)])
    engine.refresh_index()
    for hit in recommend(engine, Wish(count=3), NOW, 0):
        assert hit.why.percentile is hit.why.passages is None
        assert hit.reasons == hit.why.notes
