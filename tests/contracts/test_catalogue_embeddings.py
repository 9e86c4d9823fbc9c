"""What a catalogue promises of its vectors and its revision, on each database."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from mir.catalogue import embeddings, tables, tracks
from mir.catalogue.revision import bump, revision
from mir.catalogue.session import Catalogue
from mir.errors import CatalogueError, NotFound
from tests.made_up_analyses import (
    DIMENSION,
    MODEL,
    NOW,
    made_up_analysis,
    made_up_hearing,
    unit_vector,
)

NO_PASSAGES = np.empty((0, DIMENSION), dtype=np.float32)


def _stored(catalogue: Catalogue, count: int) -> list[int]:
    with catalogue.session() as session:
        return [
            tracks.store(
                session,
                made_up_analysis(f"/{n}", f"h{n}", hearing=made_up_hearing(n)),
                NOW,
            ).id
            for n in range(count)
        ]


def test_vectors_come_back_exactly_and_passages_nearly(catalogue: Catalogue) -> None:
    (one,) = _stored(catalogue, 1)
    with catalogue.session() as session:
        vector = embeddings.vector(session, one, MODEL)
        passages = embeddings.passages(session, [one, one + 1], MODEL)
    assert vector.dtype == np.float32
    np.testing.assert_array_equal(vector, unit_vector(0))
    assert passages.keys() == {one}
    assert passages[one].dtype == np.float32
    np.testing.assert_allclose(passages[one], [unit_vector(1), unit_vector(2)], atol=1e-3)
    vector[0] = 1  # belongs to the caller


def test_what_was_not_stored_is_not_found(catalogue: Catalogue) -> None:
    (one,) = _stored(catalogue, 1)
    with catalogue.session() as session:
        for track_id, model_id in ((one, "other"), (one + 1, MODEL)):
            with pytest.raises(NotFound, match="no vector"):
                embeddings.vector(session, track_id, model_id)
        ids, matrix = embeddings.all_vectors(session, "other")
        assert len(ids) == len(matrix) == 0
        assert embeddings.ids_with(session, "other").tolist() == []
        embeddings.put(session, one, "other", unit_vector(4), NO_PASSAGES)
        assert embeddings.passages(session, [one], "other") == {}


def test_all_vectors_are_those_of_each_track_by_ascending_id(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embeddings, "_STREAM_ROWS", 7)
    ids = _stored(catalogue, 20)
    with catalogue.session() as session:
        tracks.remove_files(session, [tracks.get(session, ids[3]).paths[0]])
        kept = [track_id for track_id in ids if track_id != ids[3]]
        found, matrix = embeddings.all_vectors(session, MODEL)
        assert found.dtype == np.int64
        assert matrix.dtype == np.float32
        assert found.tolist() == kept == embeddings.ids_with(session, MODEL).tolist()
        for track_id, row in zip(found, matrix, strict=True):
            np.testing.assert_array_equal(row, embeddings.vector(session, int(track_id), MODEL))


def test_the_revision_grows_with_the_set_of_vectors_and_only_with_it(
    catalogue: Catalogue,
) -> None:
    seen = []
    first = made_up_analysis("/a", "h1")

    def note() -> None:
        with catalogue.session() as session:
            seen.append(revision(session))

    note()
    for change in (
        lambda s: tracks.store(s, first, NOW),
        lambda s: tracks.store(s, made_up_analysis("/b", "h2", hearing=made_up_hearing(3)), NOW),
        lambda s: embeddings.put(s, 1, MODEL, unit_vector(5), NO_PASSAGES),
        lambda s: tracks.remove_files(s, [first.file.path]),
    ):
        with catalogue.session() as session:
            change(session)
        note()
    assert seen[0] == 0
    assert sorted(set(seen)) == seen
    with catalogue.session() as session:
        assert embeddings.put(session, 2, MODEL, unit_vector(3), NO_PASSAGES)
        assert not embeddings.put(session, 2, MODEL, unit_vector(3), NO_PASSAGES)
        tracks.store(session, made_up_analysis("/c", "h2", hearing=made_up_hearing(3)), NOW)
    note()
    with catalogue.session() as session:
        tracks.remove_files(session, [made_up_analysis("/b").file.path])
    note()
    assert seen[-1] == seen[-2]  # the track has another file


def test_what_is_rolled_back_leaves_the_revision(catalogue: Catalogue) -> None:
    def fail() -> None:
        with catalogue.session() as session:
            tracks.store(session, made_up_analysis(), NOW)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with catalogue.session() as session:
        assert revision(session) == 0
        assert tracks.count(session) == 0


def test_an_index_follows_the_catalogue_by_its_revision(catalogue: Catalogue) -> None:
    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(st.tuples(st.booleans(), st.integers(0, 5), st.integers(0, 3)), max_size=6))
    def follow(changes: list[tuple[bool, int, int]]) -> None:
        with catalogue.session() as session:
            before = revision(session)
            held = dict(zip(*_as_lists(*embeddings.all_vectors(session, MODEL)), strict=True))
        for stores, place, seed in changes:
            with catalogue.session() as session:
                analysis = made_up_analysis(f"/{place}", f"h{place}", hearing=made_up_hearing(seed))
                if stores:
                    tracks.store(session, analysis, NOW)
                else:
                    tracks.remove_files(session, [analysis.file.path])
        with catalogue.session() as session:
            held.update(
                zip(*_as_lists(*embeddings.vectors_since(session, MODEL, before)), strict=True)
            )
            kept = set(embeddings.ids_with(session, MODEL).tolist())
            now = dict(zip(*_as_lists(*embeddings.all_vectors(session, MODEL)), strict=True))
        assert {track_id: held[track_id] for track_id in held.keys() & kept} == now

    follow()


def _as_lists(ids: np.ndarray, matrix: np.ndarray) -> tuple[list[int], list[tuple[float, ...]]]:
    return ids.tolist(), [tuple(row) for row in matrix.tolist()]


@pytest.mark.parametrize("passages", [np.zeros((1, 3)), np.zeros(DIMENSION)])
def test_shapes_that_do_not_belong_together_are_a_defect(
    catalogue: Catalogue, passages: np.ndarray
) -> None:
    with catalogue.session() as session, pytest.raises(ValueError, match="no vector"):
        embeddings.put(session, 1, MODEL, unit_vector(0), passages)


def test_vectors_of_several_lengths_are_refused(catalogue: Catalogue) -> None:
    one, two = _stored(catalogue, 2)
    with catalogue.session() as session:
        session.execute(
            update(tables.embeddings)
            .where(tables.embeddings.c.track_id == one)
            .values(vector=unit_vector(1, 3).tobytes())
        )
        with pytest.raises(CatalogueError, match="differ in length"):
            embeddings.all_vectors(session, MODEL)
        assert embeddings.ids_with(session, MODEL).tolist() == [one, two]


def test_bump_returns_the_revision_that_is_read_afterwards(catalogue: Catalogue) -> None:
    with catalogue.session() as session:
        raised = bump(session)
        assert raised == 1
        assert revision(session) == raised
