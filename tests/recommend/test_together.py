"""Listeners who learn from each other: true numbers, nobody's name, and nothing with one alone."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from made_up_library import NOW, engine_at, made_up, stored, unit_vectors

from mir.catalogue import plays
from mir.catalogue.listening import everybody
from mir.catalogue.plays import Kind, NewPlay
from mir.engine import Engine
from mir.errors import InvalidQuery, NotFound
from mir.recommend.collaborative import learn
from mir.recommend.for_listener import Wish, recommend, recommend_from
from mir.recommend.listener_matrix import matrix_of
from mir.recommend.related import related_artists
from mir.recommend.taste import Taste, taste_of

DAY = timedelta(days=1)
TRACKS = 300
LONG = 60.0  # seconds of patience: more than learning ever takes


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """Tracks 1 to 300 by thirty artists whose sounds have nothing to do with them."""
    vectors = unit_vectors(TRACKS, seed=5)
    with engine_at(tmp_path) as engine:
        made = [made_up(n, v, artists=(f"Artist {n % 30}",)) for n, v in enumerate(vectors)]
        stored(engine, made)
        engine.refresh_index()
        yield engine


def play(engine: Engine, name: str, tracks: range | list[int], kind: Kind = "listen") -> None:
    sent = [
        NewPlay(track, kind, NOW - 30 * DAY - n * DAY / 9, name) for n, track in enumerate(tracks)
    ]
    with engine.catalogue.session() as session:
        plays.record(session, sent, NOW)


def three(engine: Engine) -> None:
    """Ann and Bo share twenty tracks; Cy shares two with Ann; what is left of each differs."""
    play(engine, "ann", range(1, 26))
    play(engine, "bo", range(6, 41))
    play(engine, "cy", [*range(24, 26), *range(100, 130)])


def test_weights_are_those_of_the_taste(engine: Engine) -> None:
    three(engine)
    play(engine, "ann", [3, 4], "like")
    play(engine, "ann", [5, 7], "skip")
    play(engine, "ann", [8], "dislike")
    with engine.catalogue.session() as session:
        matrix = matrix_of(everybody(session), NOW)
        taste = taste_of(plays.history(session, "ann"), NOW)
    row = matrix.weights[matrix.names.index("ann")]
    found = dict(zip(matrix.tracks[row.indices].tolist(), row.data.tolist(), strict=True))
    wanted = {each.track: each.weight for each in taste.loved(TRACKS)}
    assert 8 not in found
    assert found == pytest.approx(wanted, rel=1e-5)


def test_with_one_listener_it_is_the_sound_alone(engine: Engine) -> None:
    play(engine, "ann", range(1, 26))
    play(engine, "bo", range(200, 220))  # shares nothing with Ann
    for name in ("ann", "bo"):
        with engine.catalogue.session() as session:
            taste = taste_of(plays.history(session, name), NOW)
        for seeds in ((), (150,)):
            wish = Wish(name, seeds=seeds)
            assert recommend(engine, wish, NOW, 0, LONG) == recommend_from(engine, wish, taste, 0)
    with engine.catalogue.session() as session:
        plays.erase(session, "bo")
        assert learn(matrix_of(everybody(session), NOW)) is None
    wish = Wish("ann")
    assert recommend(engine, wish, NOW, 0, LONG) == recommend_from(
        engine, wish, taste_of_ann(engine), 0
    )


def taste_of_ann(engine: Engine) -> Taste:
    with engine.catalogue.session() as session:
        return taste_of(plays.history(session, "ann"), NOW)


def test_what_others_play_comes_forward_with_numbers_that_are_true(engine: Engine) -> None:
    three(engine)
    heard = tuple(range(1, 26))
    wish = Wish("ann", exclude=heard, count=20, explore=0.0)
    hits = recommend(engine, wish, NOW, 0, LONG)
    alone = recommend_from(engine, wish, taste_of_ann(engine), 0)
    of_bo = set(range(26, 41))
    found = [hit.track.id for hit in hits]
    assert len(of_bo & set(found)) > len(of_bo & {hit.track.id for hit in alone})
    assert of_bo & set(found[:5])
    said = [(hit.track.id, reason) for hit in hits for reason in hit.reasons if "share" in reason]
    assert said
    for track, reason in said:
        shared = 20 if track in of_bo else 2
        assert reason == f"a listener who shares {shared} tracks with you plays it"
    text = " ".join(reason for hit in hits for reason in hit.reasons).casefold()
    assert not any(f" {name} " in f" {text} " for name in ("bo", "cy", "ann"))
    # Score and similarity are of the sound, whatever others play.
    score = {hit.track.id: (hit.score, hit.similarity) for hit in alone}
    for hit in hits:
        if hit.track.id in score:
            assert (hit.score, hit.similarity) == score[hit.track.id]


def test_the_same_plays_teach_the_same(engine: Engine) -> None:
    three(engine)
    with engine.catalogue.session() as session:
        matrix = matrix_of(everybody(session), NOW)
    told = []
    for _ in range(2):
        together = learn(matrix)
        assert together is not None
        opinion = together.opinion("ann", taste_of_ann(engine))
        assert opinion is not None
        told.append(opinion)
        assert np.all(np.diff(opinion.tracks) > 0)
        assert np.all((opinion.scores > 0) & (opinion.scores <= 1))
        assert np.all(opinion.support > 0)
    assert np.array_equal(told[0].scores, told[1].scores)


def test_a_play_of_who_asks_counts_before_anything_is_learnt_anew(engine: Engine) -> None:
    three(engine)
    with engine.catalogue.session() as session:
        together = learn(matrix_of(everybody(session), NOW))
    assert together is not None
    play(engine, "dee", range(100, 110))  # nobody knew her when it was learnt
    with engine.catalogue.session() as session:
        taste = taste_of(plays.history(session, "dee"), NOW)
    opinion = together.opinion("dee", taste)
    assert opinion is not None
    order = opinion.tracks[np.argsort(-opinion.worth)]
    assert set(order.tolist()[:20]) <= {24, 25, *range(100, 130)}


def test_what_was_taken_back_counts_for_nobody_at_once(engine: Engine) -> None:
    three(engine)
    wish = Wish("ann", count=20, explore=0.0)
    before = recommend(engine, wish, NOW, 0, LONG)
    with engine.catalogue.session() as session:
        plays.erase(session, "bo")
        plays.erase(session, "cy")
    after = recommend(engine, wish, NOW, 0, 0.0)  # without patience: nothing may be learnt yet
    assert after == recommend_from(engine, wish, taste_of_ann(engine), 0) != before


def test_artists_go_with_artists_by_sound_and_by_listeners(engine: Engine) -> None:
    alone = related_artists(engine, "artist 3", NOW, 40, LONG)
    assert len(alone) == 29
    assert "Artist 3" not in {each.name for each in alone}
    assert [each.score for each in alone] == sorted((e.score for e in alone), reverse=True)
    assert alone[0].similarity == 1.0
    assert all(0 <= each.similarity <= 1 and each.tracks == 10 for each in alone)
    last = alone[-1].name
    number = int(last.split()[1])
    theirs = [n + 1 for n in range(TRACKS) if n % 30 == number]
    ours = [n + 1 for n in range(TRACKS) if n % 30 == 3]
    for name in ("ann", "bo", "cy"):
        play(engine, name, [*theirs, *ours])
    related_artists(engine, "Artist 3", NOW, 40)  # notices the plays
    engine.listeners.close()
    together = related_artists(engine, "Artist 3", NOW, 40)
    found = next(each for each in together if each.name == last)
    assert together.index(found) < alone.index(alone[-1]) / 2
    assert found.reasons[0] == "3 listeners play both"
    assert found.score == alone[-1].score
    assert sum("listeners" in " ".join(each.reasons) for each in together) == 1


def test_related_artists_need_an_artist(engine: Engine) -> None:
    with pytest.raises(NotFound, match="Nobody"):
        related_artists(engine, "Nobody", NOW)
    with pytest.raises(InvalidQuery, match="count of 0"):
        related_artists(engine, "Artist 3", NOW, 0)


def test_artists_and_albums_are_seeds_of_recommendations(engine: Engine) -> None:
    three(engine)
    own = {n + 1 for n in range(TRACKS) if n % 30 == 7}
    for listener in ("ann", "nobody"):
        hits = recommend(engine, Wish(listener, artists=("artist 7",)), NOW, 0, LONG)
        assert len(hits) == 20
        assert not own & {hit.track.id for hit in hits}
    with pytest.raises(NotFound, match="Nobody"):
        recommend(engine, Wish("ann", artists=("Nobody",)), NOW, 0, LONG)
    with pytest.raises(NotFound, match="No album"):
        recommend(engine, Wish("ann", albums=("Nowhere",)), NOW, 0, LONG)
