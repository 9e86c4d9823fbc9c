"""What a catalogue promises of playlists, on each database."""

from collections.abc import Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from mir.catalogue import playlist_entries, playlists, tables, tracks
from mir.catalogue.playlists import MOST_NAME, Playlist
from mir.catalogue.session import Catalogue, Session, open_catalogue
from mir.errors import CatalogueError, Conflict, InvalidQuery, NotFound
from tests.carried_library import exported, imported
from tests.made_up_analyses import NOW, made_up_analysis

LATER = NOW + timedelta(hours=1)


def sounds(session: Session, count: int) -> list[int]:
    """Store tracks; return their ids."""
    return [
        tracks.store(session, made_up_analysis(f"/{n}.mp3", f"hash-{n}"), NOW).id
        for n in range(count)
    ]


def listed(session: Session, playlist_id: int) -> list[int | None]:
    """The ids of the tracks in a playlist, None for those that are missing."""
    found = playlist_entries.page(session, playlist_id, limit=1_000)
    assert [each.position for each in found.items] == list(range(1, found.total + 1))
    return [each.track and each.track.id for each in found.items]


def filled(session: Session, ids: Sequence[int], name: str = "Evening") -> Playlist:
    made = playlists.create(session, name, NOW)
    return playlist_entries.replace(session, made.id, ids, NOW)


def test_a_playlist_is_made_renamed_and_deleted(catalogue: Catalogue) -> None:
    query = {"kind": "tracks", "seeds": ["a"], "filter": {"year_from": 1990}}
    with catalogue.session() as session:
        made = playlists.create(session, "  Evening ", NOW, query=query)
        assert made == Playlist(made.id, "Evening", query, 0, NOW, NOW)
    with catalogue.session() as session:
        assert playlists.get(session, made.id) == made
        renamed = playlists.rename(session, made.id, "Night", LATER)
        assert (renamed.name, renamed.created_at, renamed.changed_at) == ("Night", NOW, LATER)
        assert playlists.rename(session, made.id, "Night", NOW) == renamed
    with catalogue.session() as session:
        playlist_entries.replace(session, made.id, sounds(session, 2), LATER)
        assert playlists.remove(session, made.id).count == 2
        assert playlists.page(session).total == 0
        # Nothing of it is left to turn up in the next one.
        assert listed(session, playlists.create(session, "Night", NOW).id) == []


@pytest.mark.parametrize(
    "name",
    [
        "",
        " \t ",
        "a\nb",
        "a\rb",
        "a\0b",
        "a\x1bb",
        "a\u2028b",
        "a\u0085b",
        "a/b",
        "a\\b",
        "..",
        "a..b",
        "a\udcffb",
        "x" * (MOST_NAME + 1),
    ],
)
def test_a_name_that_cannot_be_one_is_refused(catalogue: Catalogue, name: str) -> None:
    with catalogue.session() as session:
        made = playlists.create(session, "Evening", NOW)
        for change in (
            lambda: playlists.create(session, name, NOW),
            lambda: playlists.rename(session, made.id, name, NOW),
        ):
            with pytest.raises(InvalidQuery, match="name"):
                change()
        assert [each.name for each in playlists.page(session).items] == ["Evening"]


def test_odd_names_are_kept(catalogue: Catalogue) -> None:
    names = ['"Quoted" & <b>', "🌙 Nacht", "x" * MOST_NAME, "Caf\u0065\u0301", "a. b.", "شمس"]
    with catalogue.session() as session:
        made = [playlists.create(session, name, NOW).name for name in names]
        assert made == [*names[:3], "Caf\u00e9", *names[4:]]


def test_names_are_given_once_for_each_listener(catalogue: Catalogue) -> None:
    with catalogue.session() as session:
        mine = playlists.create(session, "Evening", NOW)
        other = playlists.create(session, "Night", NOW)
        theirs = playlists.create(session, "Evening", NOW, listener="ann")
        with pytest.raises(InvalidQuery, match="'Evening' already"):
            playlists.create(session, " Evening", NOW)
        with pytest.raises(InvalidQuery, match="'Evening' already"):
            playlists.rename(session, other.id, "Evening", NOW)
        # Of another listener nothing is seen and nothing changed.
        (track,) = sounds(session, 1)
        for change in (
            lambda: playlists.get(session, theirs.id),
            lambda: playlists.rename(session, theirs.id, "x", NOW),
            lambda: playlists.remove(session, theirs.id),
            lambda: playlist_entries.page(session, theirs.id),
            lambda: playlist_entries.tracks_of(session, theirs.id),
            lambda: playlist_entries.replace(session, theirs.id, [track], NOW),
            lambda: playlist_entries.append(session, theirs.id, [track], NOW),
            lambda: playlist_entries.remove(session, theirs.id, [1], NOW),
            lambda: playlist_entries.move(session, theirs.id, 1, 1, NOW),
        ):
            with pytest.raises(NotFound, match=f"no playlist {theirs.id}"):
                change()
        assert [each.id for each in playlists.page(session).items] == [other.id, mine.id]
        assert playlists.page(session, listener="ann").items == (theirs,)


@pytest.mark.parametrize("playlist_id", [0, -1, 99, 2**63, 2**80])
def test_an_unknown_playlist_is_not_found(catalogue: Catalogue, playlist_id: int) -> None:
    with catalogue.session() as session, pytest.raises(NotFound, match="no playlist"):
        playlists.get(session, playlist_id)


def test_the_list_is_paged_by_the_last_change(catalogue: Catalogue) -> None:
    with catalogue.session() as session:
        made = [playlists.create(session, name, NOW).id for name in "abc"]
        playlist_entries.append(session, made[0], sounds(session, 1), LATER)
        assert [each.name for each in playlists.page(session).items] == ["a", "c", "b"]
        part = playlists.page(session, offset=1, limit=1)
        assert ([each.name for each in part.items], part.total) == (["c"], 3)
        for wrong in ({"offset": -1}, {"limit": 0}, {"limit": 10**6}):
            with pytest.raises(InvalidQuery):
                playlists.page(session, **wrong)
            with pytest.raises(InvalidQuery):
                playlist_entries.page(session, made[0], **wrong)


def test_a_playlist_is_meant_by_its_name_or_its_id(catalogue: Catalogue) -> None:
    with catalogue.session() as session:
        ids = {name: playlists.create(session, name, NOW).id for name in ("Night", "Ünder", "77")}
        for text, name in ((" night ", "Night"), ("ÜNDER", "Ünder"), ("77", "77")):
            assert playlists.resolve(session, text) == ids[name]
        assert playlists.resolve(session, str(ids["Night"])) == ids["Night"]
        ids["NIGHT"] = playlists.create(session, "NIGHT", NOW).id
        assert playlists.resolve(session, "NIGHT") == ids["NIGHT"]
        with pytest.raises(InvalidQuery, match="'Night' or 'NIGHT'"):
            playlists.resolve(session, "night")
        for unknown in ("Day", "99", "", "9" * 30):
            with pytest.raises(NotFound):
                playlists.resolve(session, unknown)


def test_entries_are_set_added_moved_and_taken_out(catalogue: Catalogue) -> None:
    with catalogue.session() as session:
        a, b, c = sounds(session, 3)
        made = filled(session, [a, b, a])
        assert (made.count, listed(session, made.id)) == (3, [a, b, a])
        playlist_entries.append(session, made.id, [c, c], LATER)
        assert listed(session, made.id) == [a, b, a, c, c]
        playlist_entries.move(session, made.id, 4, 1, LATER)
        assert listed(session, made.id) == [c, a, b, a, c]
        playlist_entries.move(session, made.id, 1, 5, LATER)
        assert listed(session, made.id) == [a, b, a, c, c]
        playlist_entries.remove(session, made.id, [1, 5, 1], LATER)
        assert listed(session, made.id) == [b, a, c]
        part = playlist_entries.page(session, made.id, offset=1, limit=1)
        assert [(each.position, each.track and each.track.id) for each in part.items] == [(2, a)]
        assert part.total == 3
        assert playlist_entries.replace(session, made.id, [], LATER).count == 0


def test_a_change_that_means_another_state_is_refused(catalogue: Catalogue) -> None:
    with catalogue.session() as session:
        a, b = sounds(session, 2)
        made = filled(session, [a, b, a])
        seen = made.changed_at
        playlist_entries.remove(session, made.id, [1], NOW, seen=seen)
        for change in (
            lambda: playlist_entries.remove(session, made.id, [1], LATER, seen=seen),
            lambda: playlist_entries.move(session, made.id, 1, 2, LATER, seen=seen),
            lambda: playlist_entries.replace(session, made.id, [a], LATER, seen=seen),
        ):
            with pytest.raises(Conflict, match="'Evening' was changed meanwhile"):
                change()
        assert listed(session, made.id) == [b, a]


def test_every_change_has_a_moment_of_its_own(catalogue: Catalogue) -> None:
    """A clock that stands or goes back does not let two states look alike."""
    with catalogue.session() as session:
        (a,) = sounds(session, 1)
        made = playlists.create(session, "Evening", NOW)
        moments = [made.changed_at]
        for clock in (NOW, NOW - timedelta(days=1), LATER, LATER):
            changed = playlist_entries.append(session, made.id, [a], clock)
            moments.append(changed.changed_at)
            assert playlists.get(session, made.id).changed_at == moments[-1]
    assert moments == sorted(set(moments))
    assert moments[3] == LATER


@given(
    before=st.text(max_size=5),
    bad=st.sampled_from(["\n", "\r", "\0", "\x85", "\u2028", "\u2029", "\x0b", "..", "/", "\\"]),
    after=st.text(max_size=5),
)
def test_no_name_breaks_a_line_or_climbs(before: str, bad: str, after: str) -> None:
    with pytest.raises(InvalidQuery, match="name"):
        playlists.checked_name(f"x{before}{bad}{after}x")


@given(name=st.text(max_size=30))
def test_a_name_that_is_taken_is_one_line_and_one_part_of_a_path(name: str) -> None:
    try:
        kept = playlists.checked_name(name)
    except InvalidQuery:
        return
    assert kept.splitlines() == [kept]
    assert not {"/", "\\"} & set(kept)
    assert ".." not in kept
    assert playlists.checked_name(kept) == kept


def test_what_is_not_there_changes_nothing(catalogue: Catalogue) -> None:
    with catalogue.session() as session:
        a, b = sounds(session, 2)
        made = filled(session, [a, b])
        for change in (
            lambda: playlist_entries.replace(session, made.id, [a, 99], LATER),
            lambda: playlist_entries.append(session, made.id, [-1], LATER),
            lambda: playlist_entries.append(session, made.id, [2**64], LATER),
            lambda: playlist_entries.remove(session, made.id, [1, 3], LATER),
            lambda: playlist_entries.remove(session, made.id, [0], LATER),
            lambda: playlist_entries.move(session, made.id, 3, 1, LATER),
            lambda: playlist_entries.move(session, made.id, 1, 3, LATER),
        ):
            with pytest.raises(NotFound):
                change()
        assert listed(session, made.id) == [a, b]
        assert playlists.get(session, made.id) == made


def test_a_playlist_has_bounds(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(playlist_entries, "MOST_ENTRIES", 3)
    with catalogue.session() as session:
        (a,) = sounds(session, 1)
        made = filled(session, [a, a, a])
        with pytest.raises(InvalidQuery, match="at most 3"):
            playlist_entries.append(session, made.id, [a], NOW)
        assert listed(session, made.id) == [a, a, a]
        with pytest.raises(InvalidQuery, match="query"):
            playlists.create(session, "Long", NOW, query={"text": "x" * 200_000})


def test_a_track_that_is_gone_is_missing_and_comes_back(catalogue: Catalogue) -> None:
    with catalogue.session() as session:
        a, b = sounds(session, 2)
        made = filled(session, [a, b, a])
        (path,) = tracks.get(session, a).paths
        tracks.remove_files(session, [path])
        assert listed(session, made.id) == [None, b, None]
        assert [t.id for t in playlist_entries.tracks_of(session, made.id)] == [b]
        assert playlist_entries.page(session, made.id).items[0].audio_hash == "hash-0"
        playlist_entries.move(session, made.id, 1, 2, LATER)
        playlist_entries.append(session, made.id, [b], LATER)
        assert playlists.get(session, made.id).count == 4
    with catalogue.session() as session:
        again = tracks.store(session, made_up_analysis("/elsewhere.mp3", "hash-0"), NOW).id
        assert again != a
        assert listed(session, made.id) == [b, again, again, b]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_entries_behave_as_a_list_does(sqlite_catalogue: Catalogue, data: st.DataObject) -> None:
    with sqlite_catalogue.session() as session:
        ids = sounds(session, 4)
        made = playlists.create(session, f"List {playlists.page(session).total}", NOW)
        model: list[int] = []
        for _ in range(6):
            match data.draw(st.sampled_from(["append", "remove", "move", "replace"])):
                case "append":
                    added = data.draw(st.lists(st.sampled_from(ids), max_size=3))
                    playlist_entries.append(session, made.id, added, NOW)
                    model += added
                case "remove" if model:
                    at = data.draw(st.integers(1, len(model)))
                    playlist_entries.remove(session, made.id, [at], NOW)
                    del model[at - 1]
                case "move" if model:
                    at, to = (data.draw(st.integers(1, len(model))) for _ in range(2))
                    playlist_entries.move(session, made.id, at, to, NOW)
                    model.insert(to - 1, model.pop(at - 1))
                case "replace":
                    model = data.draw(st.lists(st.sampled_from(ids), max_size=5))
                    playlist_entries.replace(session, made.id, model, NOW)
            assert listed(session, made.id) == model


def test_an_import_brings_new_playlists_and_leaves_known_ones(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    with catalogue.session() as session:
        (a,) = sounds(session, 1)
        filled(session, [a])
        before = playlists.create(session, "Evening", NOW, listener="ann")
    with closing(open_catalogue(f"sqlite:///{tmp_path / 'there' / 'catalogue.db'}")) as there:
        with there.session() as session:
            ids = sounds(session, 3)
            filled(session, ids)
            filled(session, [ids[2], ids[0]], "Night")
        path = exported(there, tmp_path / "there.mir")
    imported(catalogue, path)
    with catalogue.session() as session:
        evening, night = (playlists.resolve(session, name) for name in ("Evening", "Night"))
        assert listed(session, evening) == [a]
        assert len(listed(session, night)) == 2
        assert listed(session, night)[1] == a
        assert playlists.page(session, listener="ann").items == (before,)
    assert not any(imported(catalogue, path).added.values())


@pytest.mark.parametrize("name", ["a\nb", "../x"])
def test_an_import_refuses_names_that_none_can_have(
    sqlite_catalogue: Catalogue, tmp_path: Path, name: str
) -> None:
    with closing(open_catalogue(f"sqlite:///{tmp_path / 'there' / 'catalogue.db'}")) as there:
        with there.session() as session:
            filled(session, sounds(session, 1))
            session.execute(update(tables.playlists).values(name=name))
        path = exported(there, tmp_path / "there.mir")
    with pytest.raises(CatalogueError, match="leave it out"):
        imported(sqlite_catalogue, path)
    with sqlite_catalogue.session() as session:
        assert playlists.page(session).total == 0
