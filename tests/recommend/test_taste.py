from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mir.catalogue.plays import KINDS, Event, Kind
from mir.recommend.taste import HALF_LIFE, RECOVERY, REST, TIREDNESS, Standing, fading, taste_of

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def event(
    kind: Kind = "listen", age: timedelta = 30 * DAY, track: int = 1, share: float | None = None
) -> Event:
    return Event(track, kind, NOW - age, share, f"Title {track}", f"title {track}\nada\n", 200.0)


def standing(*events: Event) -> Standing:
    (only,) = taste_of(events, NOW).standings.values()
    return only


def test_a_like_counts_more_than_a_listen_and_that_by_how_much_was_heard() -> None:
    like, whole, half = event("like"), event(share=1.0), event(share=0.5)
    skip, dislike = event("skip"), event("dislike")
    weights = [standing(each).weight for each in (like, whole, half, skip, dislike)]
    assert weights == sorted(weights, reverse=True)
    assert weights[2] > 0 > weights[3]
    assert standing(event()).weight == standing(whole).weight
    assert standing(event(share=0.0)).weight == 0


def test_what_was_done_fades() -> None:
    assert standing(event()).weight > standing(event(age=90 * DAY)).weight > 0
    assert fading(HALF_LIFE, HALF_LIFE) == 0.5
    assert fading(-DAY, HALF_LIFE) == 1.0


def test_many_listens_count_more_but_not_as_many_times() -> None:
    once = standing(event()).weight
    often = standing(*[event(age=30 * DAY + timedelta(hours=n)) for n in range(20)]).weight
    assert once < often < 10 * once


def test_the_last_judgement_counts() -> None:
    liked, disliked = event("like", 20 * DAY), event("dislike", 10 * DAY)
    assert standing(liked, disliked).disliked
    assert standing(disliked, liked).weight == -1.0  # the order of arrival does not matter
    back = standing(disliked, event("like", 5 * DAY))
    assert back.liked
    assert not back.disliked
    assert back.weight > 0
    assert standing(event("dislike", 5000 * DAY), event(age=DAY)).disliked


def test_a_track_rests_and_then_recovers() -> None:
    assert standing(event(age=REST / 2)).resting
    fresh = standing(event(age=REST))
    assert not fresh.resting
    assert fresh.tired == TIREDNESS
    assert standing(event(age=REST + RECOVERY)).tired == pytest.approx(TIREDNESS / 2)
    assert standing(event("skip", age=REST)).resting  # a skipped one longer


@given(st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 2000)), min_size=1, max_size=12))
def test_whatever_happened_the_figures_stay_in_range(found: list[tuple[Kind, int]]) -> None:
    each = standing(*[event(kind, days * DAY) for kind, days in found])
    assert -1 <= each.weight < 10
    assert 0 <= each.tired <= TIREDNESS
    assert not (each.liked and each.disliked)
    if each.disliked:
        assert each.weight == -1


def test_tracks_are_sorted_by_what_they_count() -> None:
    taste = taste_of(
        [event("like", track=3), event(track=2), event(track=1), event("skip", DAY, track=4)], NOW
    )
    assert [each.track for each in taste.loved(9)] == [3, 1, 2]
    assert [each.track for each in taste.loved(1)] == [3]
    assert [each.track for each in taste.unloved(9)] == [4]
    assert taste.resting.tolist() == [4]
    assert taste.disliked.tolist() == []
