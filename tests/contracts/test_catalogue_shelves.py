"""The artists and albums of a library, orders of tracks, and what is heard among some."""

from dataclasses import replace

import pytest

from mir.analysis import Tags
from mir.catalogue import moods, tracks
from mir.catalogue.browsing import ORDERS, ordered
from mir.catalogue.heard_among import heard_among
from mir.catalogue.session import Catalogue
from mir.catalogue.shelves import Shelves, read_shelves
from tests.made_up_analyses import NOW, made_up_analysis


def put(catalogue: Catalogue, *files: tuple[str, Tags]) -> Shelves:
    """Store a track for each path and tags, with ids from 1; return the shelves."""
    with catalogue.session() as session:
        for n, (path, tags) in enumerate(files):
            tracks.store(session, made_up_analysis(path, f"h{n}", tags=tags), NOW)
        return read_shelves(session)


def on(shelves: Shelves) -> dict[tuple[str, str | None], tuple[int, ...]]:
    """The tracks of each album by its title and artist."""
    return {
        (a.title, shelves.artists[a.artist_id].name if a.artist_id else None): a.tracks
        for a in shelves.albums.values()
    }


def song(title: str, artist: str, album: str | None, number: int | None = None) -> Tags:
    return Tags(title=title, artists=(artist,), album=album, track_number=number)


def test_one_title_by_two_artists_is_two_albums(catalogue: Catalogue) -> None:
    shelves = put(
        catalogue,
        ("/a/1", song("One", "Queen", "Greatest Hits", 2)),
        ("/b/1", song("Two", "ABBA", "Greatest Hits", 1)),
        ("/a/2", song("Three", "queen ", "greatest  hits", 1)),
        ("/a/3", replace(song("Four", "Queen & Bo", "Greatest Hits", 3), album_artist="Queen")),
    )
    assert on(shelves) == {("greatest  hits", "Queen"): (3, 1, 4), ("Greatest Hits", "ABBA"): (2,)}
    queen = shelves.artist_named(" QUEEN")
    assert queen
    assert (queen.tracks, len(queen.albums), queen.also_on) == (3, 1, ())
    guest = shelves.artist_named("Queen & Bo")
    assert guest
    assert (guest.tracks, guest.albums) == (1, ())
    assert guest.also_on == queen.albums
    assert shelves.album_of[4] == queen.albums[0]


def test_a_folder_of_many_artists_with_numbers_is_one_compilation(catalogue: Catalogue) -> None:
    shelves = put(
        catalogue,
        *((f"/mix/CD {n % 2 + 1}/{n}", song(f"S{n}", f"Artist {n}", "Mix", n)) for n in range(4)),
        *((f"/flat/{n}", song(f"S{n}", f"Artist {n}", "Hits")) for n in range(2)),
        *((f"/same/{n}", song(f"S{n}", f"Artist {n}", "Best", 1)) for n in range(2)),
    )
    assert on(shelves) == {
        ("Mix", None): (1, 2, 3, 4),
        ("Hits", "Artist 0"): (5,),
        ("Hits", "Artist 1"): (6,),
        ("Best", "Artist 0"): (7,),
        ("Best", "Artist 1"): (8,),
    }


def test_the_id_of_a_release_joins_and_parts(catalogue: Catalogue) -> None:
    shelves = put(
        catalogue,
        ("/1", replace(song("One", "Ann", "Sampler"), release_mbid="x")),
        ("/2", replace(song("Two", "Bo", "Sampler"), release_mbid="X")),
        ("/3", replace(song("Three", "Weezer", "Weezer"), release_mbid="blue", year=1994)),
        ("/4", replace(song("Four", "Weezer", "Weezer"), release_mbid="green", year=2001)),
        ("/5", replace(song("Five", "Solo", "Alone"), release_mbid="s")),
        ("/6", song("Six", "Solo", "Alone")),
    )
    assert sorted(a.tracks for a in shelves.albums.values()) == [(1, 2), (3,), (4,), (5, 6)]
    assert {a.year for a in shelves.albums.values() if a.title == "Weezer"} == {1994, 2001}


def test_an_album_keeps_its_key_where_the_library_is_made_anew(catalogue: Catalogue) -> None:
    files = (
        ("/1", song("One", "Ann", "Day")),
        ("/2", song("Two", "Bo", "Night")),
        ("/3", song("Three", "", None)),
    )
    before = put(catalogue, *files)
    with catalogue.session() as session:
        tracks.remove_files(session, [made_up_analysis(path, "").file.path for path, _ in files])
        assert read_shelves(session).artists == {}
    after = put(catalogue, *reversed(files))
    assert before.albums.keys() == after.albums.keys()
    assert len(after.albums) == 2
    assert after.artists.keys() != before.artists.keys()  # ids are never given twice


def test_tracks_come_in_each_order(catalogue: Catalogue) -> None:
    put(
        catalogue,
        ("/1", Tags(title="élan", artists=("Cy",), year=1999)),
        ("/2", Tags(title="Zoo", artists=("Ann",))),
        ("/3", Tags(title="Eel", artists=("Bo",), year=1980)),
    )
    found = {}
    with catalogue.session() as session:
        for order in ORDERS:
            found[order] = ordered(session, order).tolist()
            assert sorted(found[order]) == [1, 2, 3]
        assert ordered(session, "title", "e").tolist() == [3, 1]
        assert ordered(session, "title", "nothing").tolist() == []
    assert found["artist"] == [2, 3, 1]
    assert found["title"] == [3, 1, 2]
    assert found["newest"] == [1, 3, 2]
    assert found["oldest"] == [3, 1, 2]


def test_moods_and_genres_are_counted(catalogue: Catalogue) -> None:
    put(catalogue, *((f"/{n}", song(f"S{n}", "Ann", "Day")) for n in range(3)))
    with catalogue.session() as session:
        heard = heard_among(session, [1, 2, 99])
        counts = moods.mood_counts(session)
        assert heard.genres
        assert {number for _, number in heard.genres} == {2}
        assert [mood.name for mood in counts] == list(moods.names(session))
        assert {mood.tracks for mood in counts} <= {3}
        assert heard_among(session, []).moods == ()


@pytest.mark.parametrize("name", ["", "Nobody", "%"])
def test_nobody_has_no_name(catalogue: Catalogue, name: str) -> None:
    assert put(catalogue, ("/1", song("One", "Ann", None))).artist_named(name) is None
