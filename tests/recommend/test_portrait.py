"""What was learnt from a listener: their interests, by share, and what stands for each."""

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from made_up_library import NOW, engine_at, made_up, stored, unit_vectors

from mir.analysis import Label
from mir.catalogue import plays
from mir.catalogue.plays import NewPlay
from mir.recommend.portrait import SHOWN, portrait_of

DAY = timedelta(days=1)


def test_each_kind_of_music_is_an_interest_with_what_stands_for_it(tmp_path: Path) -> None:
    engine = engine_at(tmp_path)
    middle = np.repeat(np.eye(16, dtype=np.float32)[:2], 30, axis=0)
    mixed = middle + 0.3 * unit_vectors(60, seed=5)
    vectors = mixed / np.linalg.norm(mixed, axis=1, keepdims=True)
    stored(
        engine,
        [
            made_up(
                n,
                vector,
                predicted=[(("folk", "techno")[n // 30], 0.9)],
                moods=[Label("calm", 0.8)] if n < 15 else [],
            )
            for n, vector in enumerate(vectors)
        ],
    )
    engine.refresh_index()
    empty = portrait_of(engine, "ann", NOW)
    assert (empty.interests, empty.resting, empty.disliked) == ((), 0, 0)
    assert set(empty.counts.values()) == {0}

    sent = [NewPlay(n, "listen", NOW - 9 * DAY, "ann") for n in range(1, 31)]
    sent += [NewPlay(n, "listen", NOW - 9 * DAY, "ann") for n in range(31, 41)]
    sent += [NewPlay(59, "dislike", NOW - 9 * DAY, "ann"), NewPlay(60, "skip", NOW, "ann")]
    with engine.catalogue.session() as session:
        plays.record(session, sent, NOW)
    found = portrait_of(engine, "ann", NOW)
    assert found.counts == {"listen": 40, "like": 0, "dislike": 1, "skip": 1}
    assert (found.resting, found.disliked) == (1, 1)
    folk, techno = found.interests
    assert (folk.share, techno.share) == (pytest.approx(0.75), pytest.approx(0.25))
    assert (folk.count, techno.count) == (30, 10)
    assert [part.name for part in folk.genres] == ["folk"]
    assert [part.name for part in techno.genres] == ["techno"]
    (calm,) = folk.moods
    assert (calm.name, calm.share) == ("calm", pytest.approx(0.5))
    assert len(folk.tracks) == SHOWN
    assert all(track.genres[0].name == "folk" for track in folk.tracks)
    assert portrait_of(engine, "bo", NOW).interests == ()
