"""What a catalogue promises of plays, on each database."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from mir.analysis import Tags
from mir.catalogue import listening, plays, tracks
from mir.catalogue.plays import KINDS, NewPlay
from mir.catalogue.revision import writes_but_plays
from mir.catalogue.session import Catalogue, Session
from mir.errors import InvalidQuery, NotFound
from tests.made_up_analyses import made_up_analysis

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def known(catalogue: Catalogue) -> list[int]:
    """The ids of three tracks of 100 seconds."""
    with catalogue.session() as session:
        return [_store(session, number) for number in range(3)]


def _store(session: Session, number: int) -> int:
    tags = Tags(title=f"Title {number}", artists=(f"Artist {number}", "Guest"))
    made = made_up_analysis(f"/{number}.mp3", f"hash-{number}", tags=tags, seconds=100.0)
    return tracks.store(session, made, NOW).id


def test_plays_are_listed_the_latest_first_in_pages(catalogue: Catalogue, known: list[int]) -> None:
    one, two, three = known
    zone = timezone(timedelta(hours=-7))
    sent = [
        NewPlay(two, "like", NOW - 2 * HOUR, "ann", reference="b"),
        NewPlay(one, "listen", (NOW - HOUR).astimezone(zone), "ann", 42.5, "a"),
        NewPlay(three, "skip", NOW - 3 * HOUR, "ann"),
        NewPlay(three, "dislike", NOW, " "),
    ]
    with catalogue.session() as session:
        recorded = plays.record(session, sent, NOW)
    assert [play.kind for play in recorded.added] == ["like", "listen", "skip", "dislike"]
    assert recorded.known == 0
    with catalogue.session() as session:
        page = plays.listing(session, "ann", limit=2)
        assert page.total == 3
        assert [play.track for play in page.items] == [one, two]
        first = page.items[0]
        assert (first.at, first.seconds, first.reference) == (NOW - HOUR, 42.5, "a")
        assert (first.audio_hash, first.title, first.listener) == ("hash-0", "Title 0", "ann")
        assert [play.track for play in plays.listing(session, "ann", offset=2).items] == [three]
        assert [play.kind for play in plays.listing(session).items] == ["dislike"]
        assert plays.listeners(session) == {"": 1, "ann": 3}
        assert plays.counts(session, "ann") == {"like": 1, "listen": 1, "skip": 1}
        assert plays.counts(session, "bo") == {}
        liked = plays.listing(session, "ann", track=two, kind="like")
        assert (liked.total, [play.reference for play in liked.items]) == (1, ["b"])
        assert plays.listing(session, "ann", track=two, kind="skip").total == 0
        assert plays.listing(session, "ann", track=three).total == 1
        assert plays.listing(session, "ann", track=99).total == 0
        with pytest.raises(InvalidQuery, match="limit 0"):
            plays.listing(session, limit=0)


def test_what_is_sent_twice_counts_once(catalogue: Catalogue, known: list[int]) -> None:
    one, two, _ = known
    named = NewPlay(one, "listen", NOW, reference="r1")
    unnamed = NewPlay(two, "listen", NOW)
    with catalogue.session() as session:
        assert len(plays.record(session, [named, named, unnamed, unnamed], NOW).added) == 2
    with catalogue.session() as session:
        again = plays.record(session, [unnamed, NewPlay(two, "like", NOW, reference="r1")], NOW)
        assert (again.added, again.known) == ((), 2)
        other = [
            NewPlay(one, "listen", NOW, "ann", reference="r1"),
            NewPlay(two, "listen", NOW - HOUR),
            NewPlay(two, "like", NOW),
        ]
        assert len(plays.record(session, other, NOW).added) == 3
        assert plays.listing(session).total == 4
        assert plays.listing(session, "ann").total == 1


@pytest.mark.parametrize(
    ("change", "error", "said"),
    [
        ({"track": 4711}, NotFound, "no track 4711"),
        ({"track": 2**70}, NotFound, "no track"),
        ({"kind": "love"}, InvalidQuery, "'love'"),
        ({"at": NOW + HOUR}, InvalidQuery, "past, or now"),
        ({"at": datetime.max.replace(tzinfo=UTC)}, InvalidQuery, "past, or now"),
        ({"at": datetime.min.replace(tzinfo=UTC)}, InvalidQuery, "past, or now"),
        ({"at": NOW.replace(tzinfo=None)}, InvalidQuery, "no time zone"),
        ({"seconds": -1.0}, InvalidQuery, "-1.0 seconds"),
        ({"seconds": float("nan")}, InvalidQuery, "nan seconds"),
        ({"listener": "x" * 101}, InvalidQuery, "more than 100"),
        ({"reference": "x" * 201}, InvalidQuery, "more than 200"),
    ],
)
def test_one_that_cannot_be_right_keeps_all_out(
    catalogue: Catalogue, known: list[int], change: dict[str, Any], error: Any, said: str
) -> None:
    wrong: dict[str, Any] = {"track": known[0], "kind": "listen", "at": NOW, **change}
    right = NewPlay(known[1], "listen", NOW)
    with pytest.raises(error, match=said), catalogue.session() as session:
        plays.record(session, [right, NewPlay(**wrong)], NOW)
    with catalogue.session() as session:
        assert plays.listeners(session) == {}


def test_names_that_databases_refuse_are_made_storable(
    catalogue: Catalogue, known: list[int]
) -> None:
    with catalogue.session() as session:
        sent = NewPlay(known[0], "listen", NOW, "a\0nn\ud800", reference="\0r\udfff")
        (play,) = plays.record(session, [sent], NOW).added
        assert (play.listener, play.reference) == ("ann\ufffd", "r\ufffd")
        assert plays.listing(session, "a\0nn\ud800").total == 1
        widest = NewPlay(known[0], "listen", NOW, "\U0001f3b5" * 100, reference="\U0001f3b5" * 200)
        assert len(plays.record(session, [widest], NOW).added) == 1


def test_one_is_undone_and_all_of_a_listener_erased(catalogue: Catalogue, known: list[int]) -> None:
    sent = [NewPlay(track, "listen", NOW, name) for track in known for name in ("", "ann")]
    with catalogue.session() as session:
        added = plays.record(session, sent, NOW).added
        assert plays.undo(session, added[0].id) == added[0]
        with pytest.raises(NotFound, match=f"no play {added[0].id}"):
            plays.undo(session, added[0].id)
        assert plays.erase(session, "ann") == 3
        assert plays.erase(session, "ann") == 0
        assert {play.id for play in plays.listing(session).items} == {added[2].id, added[4].id}
        # An id is never given twice: an old link must not undo another play.
        (fresh,) = plays.record(session, [NewPlay(known[0], "skip", NOW)], NOW).added
        assert fresh.id > added[-1].id


def test_only_what_else_is_written_makes_others_look_again(
    catalogue: Catalogue, known: list[int]
) -> None:
    with catalogue.session() as session:
        before = writes_but_plays(session)
        plays.record(session, [NewPlay(known[0], "listen", NOW)], NOW)
        (play,) = plays.record(session, [NewPlay(known[1], "like", NOW)], NOW).added
        plays.undo(session, play.id)
        plays.erase(session, "")
        assert writes_but_plays(session) == before
        _store(session, 7)
        assert writes_but_plays(session) > before


def test_a_history_outlives_a_track_that_goes_and_comes_back(
    catalogue: Catalogue, known: list[int]
) -> None:
    with catalogue.session() as session:
        plays.record(session, [NewPlay(known[0], "listen", NOW, seconds=25.0)], NOW)
        tracks.remove_files(session, [Path("/0.mp3")])
    with catalogue.session() as session:
        (play,) = plays.listing(session).items
        assert (play.track, play.title, play.audio_hash) == (None, None, "hash-0")
        assert plays.history(session) == plays.history(session, "ann") == ()
    with catalogue.session() as session:
        back = _store(session, 0)
        assert back != known[0]
        (event,) = plays.history(session)
        assert (event.track, event.kind, event.at, event.share) == (back, "listen", NOW, 0.25)
        assert (event.title, event.length) == ("Title 0", 100.0)
        assert event.words.startswith("title 0\nartist 0 guest\n")


def test_a_history_is_the_latest_of_one_listener(catalogue: Catalogue, known: list[int]) -> None:
    kinds = dict(zip(range(4), KINDS, strict=True))
    sent = [NewPlay(known[0], kind, NOW - n * HOUR, seconds=300.0) for n, kind in kinds.items()]
    with catalogue.session() as session:
        plays.record(session, [*sent, NewPlay(known[1], "like", NOW, "ann")], NOW)
        found = plays.history(session, limit=3)
        assert [event.kind for event in found] == list(KINDS[:3])
        assert {event.share for event in found} == {1.0}


def test_what_everybody_did_is_read_at_once(catalogue: Catalogue, known: list[int]) -> None:
    one, two, _ = known
    with catalogue.session() as session:
        assert listening.everybody(session).names == ()
        empty = listening.stamp(session)
    sent = [
        NewPlay(one, "listen", NOW, "bo", 250.0),
        NewPlay(two, "like", NOW - HOUR, "ann"),
        NewPlay(one, "listen", NOW - 2 * HOUR, "ann", 25.0),
    ]
    with catalogue.session() as session:
        plays.record(session, sent, NOW)
        found = listening.everybody(session)
        full = listening.stamp(session)
        assert listening.is_whole(session, empty)
    assert found.names == ("ann", "bo")
    assert found.listener.tolist() == [1, 0, 0]
    assert found.track.tolist() == [one, two, one]
    assert [KINDS[kind] for kind in found.kind] == ["listen", "like", "listen"]
    assert found.share[[0, 2]].tolist() == [1.0, 0.25]
    assert found.share[1] != found.share[1]  # not known
    assert found.at[0] == NOW.timestamp()
    with catalogue.session() as session:
        plays.erase(session, "bo")
        assert listening.stamp(session) != full
        assert not listening.is_whole(session, full)
