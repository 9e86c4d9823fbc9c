from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_up_library import NOW, engine_at, made_up, stored, unit_vectors

from mir.catalogue import plays
from mir.catalogue.plays import Event, Kind, NewPlay
from mir.engine import Engine
from mir.errors import InvalidQuery
from mir.recommend.cases import K, cases_of
from mir.recommend.judging import judge
from mir.recommend.ways import listening_of, opinion_at, ways

HOUR = timedelta(hours=1)
TRACKS = 200


def event(track: int, hour: int, kind: Kind = "listen", share: float | None = None) -> Event:
    return Event(track, kind, NOW + hour * HOUR, share, f"Title {track}", f"title {track}", 100.0)


def test_a_case_knows_only_what_was_before_it() -> None:
    ann = [event(track, hour) for hour, track in enumerate(range(1, 41))]
    bo = [event(track, hour) for hour, track in enumerate([40] * 40)]
    cases = cases_of({"ann": ann, "bo": bo})
    assert [case.listener for case in cases] == ["ann"] * 5  # Bo plays one track only
    for case in cases:
        assert all(known.at < case.at for known in case.known)
        assert not set(case.heard) & case.relevant
        assert case.played[40] == (case.at - NOW) / HOUR
    assert cases[0].heard == list(range(1, 21))
    assert cases[0].relevant == set(range(21, 25))


def test_what_was_skipped_or_hardly_heard_was_not_wanted() -> None:
    before = [event(track, track) for track in range(1, 11)]
    after: list[tuple[Kind, float | None]] = [
        *[("skip", None), ("listen", 0.1), ("dislike", None), ("listen", 0.9), ("like", None)],
        *[("listen", None)] * 5,
    ]
    events = [*before, *(event(100 + n, 50 + n, kind, s) for n, (kind, s) in enumerate(after))]
    relevant = {track for case in cases_of({"": events}) for track in case.relevant}
    assert relevant == set(range(103, 110))


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """Two kinds of music; a listener who plays the first, another who plays both."""
    middle = np.repeat(np.eye(16, dtype=np.float32)[:4], TRACKS // 4, axis=0)
    vectors = middle + 0.4 * unit_vectors(TRACKS)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    with engine_at(tmp_path) as engine:
        stored(engine, [made_up(n, v, artists=(f"Artist {n}",)) for n, v in enumerate(vectors)])
        engine.refresh_index()
        yield engine


def play(engine: Engine, name: str, chosen: list[int]) -> None:
    sent = [
        NewPlay(track, "listen", NOW - (len(chosen) - n) * HOUR, name)
        for n, track in enumerate(chosen)
    ]
    with engine.catalogue.session() as session:
        plays.record(session, sent, NOW)


def test_taste_finds_what_is_played_and_chance_does_not(engine: Engine) -> None:
    draw = np.random.default_rng(1)
    play(engine, "ann", draw.permutation(np.arange(1, 41)).tolist())
    play(engine, "bo", draw.permutation([*range(1, 26), *range(101, 126)]).tolist())
    table, lead = judge(engine, np.random.default_rng(0))
    figures = {row.name: row.cells for row in table.rows}
    assert list(figures) == ["random", "popularity", "one mean", "content", "collaborative", "mir"]
    assert [row.name for row in lead.rows] == list(figures)[:-1]
    for row in lead.rows:
        ahead = row.cells[f"nDCG@{K}"]
        assert ahead.value == pytest.approx(ndcg_of(figures, "mir") - ndcg_of(figures, row.name))  # type: ignore[union-attr]
    assert "nDCG@20" in str(lead.rows[0].cells["ahead"])
    assert ndcg_of(figures, "mir") > 2 * ndcg_of(figures, "random")
    assert figures["mir"][f"hit@{K}"].n == 10  # type: ignore[union-attr]
    assert 0 < figures["mir"]["coverage"] <= 1  # type: ignore[operator]
    assert judge(engine, np.random.default_rng(0)) == (table, lead)


def ndcg_of(figures: dict[str, Any], way: str) -> float:
    return float(figures[way][f"nDCG@{K}"].value)


def test_others_are_asked_as_they_were_at_the_moment() -> None:
    """What others play after the moment changes nothing of what they say at it."""
    ann = [event(track, hour) for hour, track in enumerate(range(1, 41))]
    bo = [event(track, hour) for hour, track in enumerate(range(11, 51))]
    histories = {"ann": ann, "bo": bo}
    case = cases_of(histories)[0]
    told = opinion_at(listening_of(histories), case)
    before = {"ann": ann, "bo": [each for each in bo if each.at < case.at]}
    alike = opinion_at(listening_of(before), case)
    assert told is not None
    assert alike is not None
    assert told.tracks.tolist() == alike.tracks.tolist() == list(range(11, 31))
    assert np.array_equal(told.worth, alike.worth)


def test_no_way_recommends_what_was_played(engine: Engine) -> None:
    play(engine, "", list(range(1, 60)))
    with engine.catalogue.session() as session:
        cases = cases_of({"": plays.history(session)[::-1]})
    for name, way in ways(engine, np.random.default_rng(0)).items():
        for case in cases:
            found = list(way(case, None))[:K]
            assert not set(found) & set(case.heard), name
            assert len(found) == len(set(found))
            assert len(found) == K or name in ("popularity", "collaborative")


def test_too_few_plays_are_an_error(engine: Engine) -> None:
    play(engine, "ann", [1, 2, 3])
    with pytest.raises(InvalidQuery, match="played enough"):
        judge(engine, np.random.default_rng(0))
