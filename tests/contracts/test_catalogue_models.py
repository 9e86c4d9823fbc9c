"""What a catalogue promises of several models, on each database."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mir.analysis import Analysis, Failure
from mir.catalogue import coverage, embeddings, failures, genres, models, tracks
from mir.catalogue.filters import Filter
from mir.catalogue.models import Choice, KnownModel
from mir.catalogue.session import Catalogue, Session
from tests.made_up_analyses import MODEL, NOW, made_up_analysis, made_up_hearing, unit_vector

OTHER = "other"


def by(model_id: str, number: int = 0, genre: str = "Dub") -> Analysis:
    """The analysis of a file of its own by a model that hears one genre."""
    hearing = replace(
        made_up_hearing(number, model_id=model_id, genres=[(genre, 0.9)], moods=[("odd", 0.5)]),
        arousal=0.5 if model_id == OTHER else None,
    )
    return made_up_analysis(f"/{number}.mp3", f"hash-{number}", hearing=hearing)


def first_genre(session: Session, track_id: int, model_id: str | None = None) -> list[str]:
    return [label.name for label in tracks.get(session, track_id, model_id).genres]


def test_models_hear_one_track_side_by_side_and_the_active_one_is_shown(
    catalogue: Catalogue,
) -> None:
    with catalogue.session() as session:
        one = tracks.store(session, by(MODEL, genre="Rock"), NOW).id
        tracks.store(session, by(OTHER, genre="Dub"), NOW)
        assert models.choice(session).active == MODEL  # the first to hear anything
        assert first_genre(session, one) == ["Rock"]
        assert first_genre(session, one, OTHER) == ["Dub"]
        assert tracks.get(session, one, "nobody").genres == ()
        assert tracks.get(session, one, "nobody").uncertain
        for model_id in (MODEL, OTHER):
            np.testing.assert_array_equal(embeddings.vector(session, one, model_id), unit_vector(0))
    with catalogue.session() as session:
        models.activate(session, OTHER)
    with catalogue.session() as session:
        shown = tracks.get(session, one)
        assert [label.name for label in shown.genres] == ["Dub"]
        assert [label.name for label in shown.moods] == ["odd"]
        assert (shown.arousal, shown.valence) == (0.5, None)
        assert first_genre(session, one, MODEL) == ["Rock"]


def test_one_analysis_may_bring_what_several_models_heard(catalogue: Catalogue) -> None:
    both = replace(by(MODEL, genre="Rock"), further=(by(OTHER).hearing,))
    with catalogue.session() as session:
        one = tracks.store(session, both, NOW).id
        assert coverage.covered(session) == {MODEL: 1, OTHER: 1}
        assert first_genre(session, one, OTHER) == ["Dub"]


def test_filters_and_counts_follow_one_model(catalogue: Catalogue) -> None:
    with catalogue.session() as session:
        for number in range(3):
            tracks.store(session, by(MODEL, number, "Rock"), NOW)
            tracks.store(session, by(OTHER, number, "Dub" if number else "Rock"), NOW)
        dub, rock = Filter(genres_any=("dub",)), Filter(genres_any=("rock",))
        assert tracks.allowed_ids(session, dub).tolist() == []
        assert tracks.allowed_ids(session, dub, OTHER).tolist() == [2, 3]
        assert tracks.allowed_ids(session, rock).tolist() == [1, 2, 3]
        assert tracks.allowed_ids(session, rock, OTHER).tolist() == [1]
        assert tracks.allowed_ids(session, Filter(genres_none=("Dub",)), OTHER).tolist() == [1]
        counts = {count.name: count.predicted for count in genres.genre_counts(session, OTHER)}
        assert counts == {"Dub": 2, "Rock": 1}
        models.activate(session, OTHER)
        assert tracks.allowed_ids(session, dub).tolist() == [2, 3]
        assert genres.genre_counts(session)[0].name == "Dub"


def test_a_model_that_is_forgotten_leaves_nothing(catalogue: Catalogue) -> None:
    with catalogue.session() as session:
        models.register(session, KnownModel(OTHER, "two", 8, ("Dub",)))
        one = tracks.store(session, by(MODEL, genre="Rock"), NOW).id
        tracks.store(session, by(OTHER), NOW)
        models.prepare(session, OTHER)
        assert models.forget(session, OTHER) == 1
    with catalogue.session() as session:
        assert models.choice(session) == Choice(active=MODEL)
        assert models.known(session) == ()
        assert coverage.covered(session) == {MODEL: 1}
        assert genres.names(session) == ("Rock",)
        again = tracks.get(session, one, OTHER)
        assert (again.genres, again.moods, again.arousal) == ((), (), None)
        assert first_genre(session, one) == ["Rock"]


def test_a_track_that_goes_takes_what_all_models_heard_along(catalogue: Catalogue) -> None:
    with catalogue.session() as session:
        tracks.store(session, by(MODEL, genre="Rock"), NOW)
        tracks.store(session, by(OTHER), NOW)
        tracks.remove_files(session, [Path("/0.mp3")])
    with catalogue.session() as session:
        assert coverage.covered(session) == {}
        assert genres.names(session) == ()
        one = tracks.store(session, by("third", genre="Pop"), NOW).id
        assert first_genre(session, one, OTHER) == []


def test_what_a_model_must_still_hear(catalogue: Catalogue) -> None:
    with catalogue.session() as session:
        for number in range(4):
            tracks.store(session, by(MODEL, number), NOW)
        copy = made_up_analysis("/0 copy.mp3", "hash-0").file
        tracks.store_file(session, copy, "hash-0", made_up_analysis().tags)
        tracks.store(session, by(OTHER, 1), NOW)
        for bad in ("/2.mp3", "/0.mp3"):
            failures.record(session, Failure(Path(bad), 1, 1, "cannot be heard"), NOW)
        assert coverage.unheard(session, OTHER) == (
            coverage.Unheard(1, "hash-0", (Path("/0 copy.mp3"),)),
            coverage.Unheard(4, "hash-3", (Path("/3.mp3"),)),
        )
        assert not coverage.covers(session, OTHER)
        assert coverage.covers(session, MODEL)
        for number in (0, 3):
            tracks.store(session, by(OTHER, number), NOW)
            failures.record(session, Failure(Path("/2.mp3"), 1, 1, "cannot be heard"), NOW)
        assert coverage.covers(session, OTHER)
        assert coverage.heard_by(session, [1, 3, 99]) == {
            1: frozenset({MODEL, OTHER}),
            3: frozenset({MODEL}),
            99: frozenset(),
        }


def test_what_a_model_must_still_hear_from_end_to_end(catalogue: Catalogue) -> None:
    with catalogue.session() as session:
        quick, whole = by(MODEL, 0), by(MODEL, 1)
        tracks.store(session, quick, NOW)
        whole = replace(whole, hearing=replace(whole.hearing, thorough=True))
        tracks.store(session, whole, NOW)
        assert coverage.unheard(session, MODEL) == ()
        assert [each.track_id for each in coverage.unheard(session, MODEL, thorough=True)] == [1]
        assert coverage.heard_by(session, [1, 2], thorough=True) == {
            1: frozenset(),
            2: frozenset({MODEL}),
        }
        quick = replace(quick, hearing=replace(quick.hearing, thorough=True))
        tracks.store(session, quick, NOW)
        assert coverage.unheard(session, MODEL, thorough=True) == ()


def test_the_parts_that_models_play_are_kept_until_they_change(catalogue: Catalogue) -> None:
    with catalogue.session() as session:
        assert models.choice(session) == Choice()
        models.begin(session, "a")
        models.begin(session, "b")
        models.prepare(session, "b")
        models.note_shipped(session, "a")
        models.note_shipped(session, "c")
    with catalogue.session() as session:
        assert models.choice(session) == Choice(active="a", pending="b", shipped="c")
        models.activate(session, "b")
        assert models.choice(session) == Choice(active="b", shipped="c")
        models.prepare(session, "a")
        models.prepare(session, None)
        assert models.choice(session).pending is None


def test_a_change_of_models_that_is_broken_off_has_not_happened(catalogue: Catalogue) -> None:
    with catalogue.session() as session:
        models.begin(session, "a")
        models.prepare(session, "b")

    def fail() -> None:
        with catalogue.session() as session:
            models.activate(session, "b")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with catalogue.session() as session:
        assert models.choice(session) == Choice(active="a", pending="b")


def test_what_is_known_of_a_model_can_be_corrected(catalogue: Catalogue) -> None:
    first = KnownModel("x", "old", 8, ())
    with catalogue.session() as session:
        models.register(session, first)
        models.register(session, KnownModel("a", "zoo", 4, ("Rock",)))
        models.register(session, replace(first, name="new", genres=("Dub", "Pop")))
        assert models.known(session) == (
            KnownModel("x", "new", 8, ("Dub", "Pop")),
            KnownModel("a", "zoo", 4, ("Rock",)),
        )
