"""Which tracks are an artist's and which an album's, on each database."""

import pytest

from mir.analysis import Tags
from mir.catalogue import makers, tracks
from mir.catalogue.session import Catalogue
from mir.errors import InvalidQuery, NotFound
from tests.made_up_analyses import NOW, made_up_analysis

SHELF = (
    Tags(title="One", artists=("Björk",), album="Début 100%"),
    Tags(title="Two", artists=("björk ", "Ann"), album="début 100%"),
    Tags(title="Three", artists=("Ann",), album="Debut 100%", album_artist="Björk"),
    Tags(title="Four", artists=("Bo",), album="Début 100% Live"),
    Tags(title="Five", artists=("Ann",), album="Hits", album_artist="Ann"),
    Tags(title="Six", artists=("Bo",), album="Hits", album_artist="Bo"),
    Tags(title="Hits", artists=()),
)


@pytest.fixture
def shelf(catalogue: Catalogue) -> Catalogue:
    """Tracks 1 to 7."""
    with catalogue.session() as session:
        for n, tags in enumerate(SHELF):
            tracks.store(session, made_up_analysis(f"/{n}", f"h{n}", tags=tags), NOW)
    return catalogue


def test_an_artist_has_the_tracks_and_the_albums_that_bear_the_name(shelf: Catalogue) -> None:
    with shelf.session() as session:
        assert makers.tracks_by(session, " BJÖRK").tolist() == [1, 2, 3]
        assert makers.tracks_by(session, "bo").tolist() == [4, 6]


def test_an_album_has_the_tracks_whose_title_is_the_same_but_for_case(shelf: Catalogue) -> None:
    with shelf.session() as session:
        assert makers.tracks_on(session, "DÉBUT  100%").tolist() == [1, 2]
        assert makers.tracks_on(session, "début 100% live").tolist() == [4]


def test_a_title_of_several_albums_is_refused(shelf: Catalogue) -> None:
    with shelf.session() as session, pytest.raises(InvalidQuery, match=r"'Hits' \(Ann, Bo\)"):
        makers.tracks_on(session, "Hits")


@pytest.mark.parametrize("name", ["Nobody", "", "  ", "%", "\0"])
def test_unknown_names_are_told(shelf: Catalogue, name: str) -> None:
    with shelf.session() as session:
        with pytest.raises(NotFound, match="No track is by"):
            makers.tracks_by(session, name)
        with pytest.raises(NotFound, match="No album is called"):
            makers.tracks_on(session, name)
