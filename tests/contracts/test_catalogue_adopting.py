"""What a catalogue promises of plays and playlists that change their listener."""

from datetime import UTC, datetime, timedelta

from mir.catalogue import adopting, playlists, plays, tracks
from mir.catalogue.adopting import Belongings
from mir.catalogue.plays import NewPlay
from mir.catalogue.session import Catalogue
from tests.made_up_analyses import made_up_analysis

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_what_is_nobodys_becomes_somebodys(catalogue: Catalogue) -> None:
    with catalogue.session() as session:
        track = tracks.store(session, made_up_analysis("/a.mp3", "hash"), NOW).id
        sent = [
            NewPlay(track, "listen", NOW, reference="both"),
            NewPlay(track, "like", NOW - HOUR),
            NewPlay(track, "skip", NOW, "ann", reference="both"),
            NewPlay(track, "skip", NOW, "bob"),
        ]
        plays.record(session, sent, NOW)
        asked = {
            "By hand": None,
            "Fresh": {"kind": "recommend", "filter": {"unplayed": True}},
            "Mood": {"kind": "mood", "filter": {"unplayed": True, "listener": "bob"}},
            "Plain": {"kind": "tracks", "text": "a"},
        }
        for name, query in asked.items():
            playlists.create(session, name, NOW, query=query)
        playlists.create(session, "Plain", NOW, listener="ann")
        assert adopting.unowned(session) == Belongings(2, 4)
        assert adopting.adopt(session, "ann") == Belongings(1, 3)
    with catalogue.session() as session:
        assert adopting.unowned(session) == Belongings(1, 1)  # those that she has already
        assert plays.listeners(session) == {"": 1, "ann": 2, "bob": 1}
        kept = {each.name: each.query for each in playlists.page(session, listener="ann").items}
        assert kept == {
            "By hand": None,
            "Fresh": {
                "kind": "recommend",
                "listener": "ann",
                "filter": {"unplayed": True, "listener": "ann"},
            },
            "Mood": {"kind": "mood", "filter": {"unplayed": True, "listener": "bob"}},
            "Plain": None,
        }
        assert adopting.adopt(session, "ann") == Belongings(0, 0)
