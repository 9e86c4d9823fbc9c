"""A library changes its model: beside each other, killed, failing, missing, and back."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from small_library import song, write_audio

from indexer.ingest import IngestReport, ingest
from mir import models
from mir.catalogue import coverage, embeddings, failures, tracks
from mir.catalogue import models as catalogue_models
from mir.engine import Engine, open_engine
from mir.errors import InvalidQuery, ModelError, NotFound
from mir.search.query import similar
from mir.settings import load_settings
from tests.cue_albums import write_album
from tests.indexer.stub_ear import DeafEar, FragileEar, StubEar, WitnessEar

OLD, NEW = "stub", "newer"


class StubShelf:
    """Holds stubs by their ids; the file of a model is its id."""

    def __init__(self, *model_ids: str) -> None:
        self.model_ids = set(model_ids)

    def has(self, model_id: str) -> bool:
        return model_id in self.model_ids

    def load(self, model_id: str) -> StubEar:
        if model_id not in self.model_ids:
            raise ModelError(f"{model_id} is gone")
        return StubEar(model_id)

    def read(self, model_id: str) -> bytes:
        return self.load(model_id).info.model_id.encode()

    def path(self, model_id: str) -> Path:
        return Path("/no/such/folder") / model_id

    def keep(self, content: bytes) -> str:
        self.model_ids.add(content.decode())
        return content.decode()

    def drop(self, model_id: str) -> None:
        self.model_ids.discard(model_id)


def open_stubs(home: Path) -> Engine:
    engine = open_engine(load_settings({}, home=home), embedder=StubEar())  # type: ignore[arg-type]
    shelf: Any = StubShelf(OLD, NEW)
    engine.shelf = shelf
    return engine


@pytest.fixture
def shipped(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Say which model comes with the program."""

    def name(model_id: str) -> None:
        monkeypatch.setattr("mir.models.shipped_id", lambda: model_id)

    monkeypatch.setattr("mir.models.Embedder", lambda content, named: StubEar(content.decode()))
    name(OLD)
    return name


@pytest.fixture
def library(
    indexed_home: tuple[Path, Path], shipped: Callable[[str], None]
) -> Iterator[tuple[Engine, Path]]:
    """Four tracks and a broken file, heard by the old model, and the folder."""
    home, music = indexed_home
    with open_stubs(home) as engine:
        with engine.catalogue.session() as session:
            catalogue_models.note_shipped(session, OLD)
        yield engine, music


def run(engine: Engine, *roots: Path, load: Any = StubEar, **more: Any) -> IngestReport:
    return ingest(engine, roots, jobs=1, load=load, **more)


def use(engine: Engine, model_id: str) -> models.Change:
    return models.use(engine, model_id.encode(), model_id)


def active(engine: Engine) -> str | None:
    with engine.catalogue.session() as session:
        return catalogue_models.choice(session).active


def heard(engine: Engine) -> dict[str, int]:
    with engine.catalogue.session() as session:
        return coverage.covered(session)


def assert_whole(engine: Engine, model_id: str, count: int) -> None:
    """The index is that of the model, and the engine answers from it."""
    view = engine.view()
    with engine.catalogue.session() as session:
        ids, vectors = embeddings.all_vectors(session, model_id)
    assert view.model_id == model_id
    assert len(ids) == count
    np.testing.assert_array_equal(view.index.ids, ids)
    np.testing.assert_array_equal(view.index.vectors_of(ids), vectors)
    assert len(similar(engine, int(ids[0]))) == count - 1


def test_a_new_model_hears_the_tracks_inside_a_file_each(library: tuple[Engine, Path]) -> None:
    engine, music = library
    write_album(music / "day.flac")
    assert run(engine, music).added == 1
    assert heard(engine) == {OLD: 7}
    use(engine, NEW)
    report = run(engine, music)
    assert (report.caught_up, report.updated, report.failed) == (5, 0, 0)
    assert heard(engine) == {OLD: 7, NEW: 7}
    assert_whole(engine, NEW, 7)


def test_a_file_whose_sheet_is_not_followed_is_heard_by_a_new_model(
    library: tuple[Engine, Path],
) -> None:
    engine, music = library
    write_album(music / "day.flac", sheet="no sheet")
    run(engine, music)
    use(engine, NEW)
    assert run(engine, music).caught_up == 5
    assert heard(engine) == {OLD: 5, NEW: 5}


def test_a_new_model_hears_all_beside_the_old_one_takes_over_and_is_left_at_once(
    library: tuple[Engine, Path],
) -> None:
    engine, music = library
    change = use(engine, NEW)
    assert (change.state, change.before, change.heard, change.tracks) == ("pending", OLD, 0, 4)
    assert_whole(engine, OLD, 4)
    report = run(engine, music)
    assert (report.caught_up, report.updated, report.failed) == (4, 0, 0)
    assert report.messages == (f"{NEW} has heard all 4 tracks and answers from now on.",)
    assert heard(engine) == {OLD: 4, NEW: 4}
    assert_whole(engine, NEW, 4)
    assert run(engine, music, load=DeafEar).caught_up == 0

    assert use(engine, OLD).state == "active"
    assert_whole(engine, OLD, 4)
    assert run(engine, music, load=DeafEar).messages == ()
    assert active(engine) == OLD


def test_a_stopped_run_goes_on_where_it_was_and_the_old_model_answers_until_then(
    library: tuple[Engine, Path],
) -> None:
    engine, music = library
    use(engine, NEW)
    asked = iter([False, False, False])
    report = run(engine, music, stop=lambda: next(asked, True))
    assert report.stopped
    done = report.caught_up
    assert 0 < done < 4
    assert_whole(engine, OLD, 4)
    status = engine.status()
    assert status.pending is not None
    assert (status.pending.name, status.pending.tracks) == (NEW, done)
    assert run(engine, music).caught_up == 4 - done
    assert_whole(engine, NEW, 4)


def test_a_moved_file_that_both_have_heard_is_heard_by_none(library: tuple[Engine, Path]) -> None:
    engine, music = library
    use(engine, NEW)
    run(engine, music)
    next(music.rglob("*.flac")).rename(music / "moved.flac")
    assert run(engine, music, load=DeafEar).moved == 1
    assert heard(engine) == {OLD: 4, NEW: 4}


def test_both_models_hear_a_new_file_in_one_go(
    library: tuple[Engine, Path], tmp_path: Path
) -> None:

    engine, music = library
    use(engine, NEW)
    write_audio(music / "new.flac", song(42, 2.0, 22_050), 22_050)
    report = run(engine, music, load=partial(WitnessEar, witness=tmp_path / "witness"))
    assert (report.added, report.caught_up) == (1, 4)
    assert heard(engine) == {OLD: 5, NEW: 5}
    told = (tmp_path / "witness").read_text().split()
    assert (told.count(OLD), told.count(NEW)) == (1, 5)
    assert_whole(engine, NEW, 5)


def test_a_file_that_the_new_model_cannot_hear_is_named_and_blocks_nothing(
    library: tuple[Engine, Path],
) -> None:
    engine, music = library
    silence = music / "silence.wav"
    soundfile.write(silence, np.zeros(88_200, np.float32), 44_100)
    assert run(engine, music).added == 1
    use(engine, NEW)
    report = run(engine, music, load=FragileEar)
    assert (report.caught_up, report.failed) == (4, 1)
    assert (
        "has heard 4 of 5 tracks and answers from now on; it could not hear" in report.messages[0]
    )
    assert str(silence) in report.messages[0]
    assert_whole(engine, NEW, 4)
    with engine.catalogue.session() as session:
        assert str(silence) in {str(each.path) for each in failures.known(session)}
        assert tracks.count(session) == 5
    assert use(engine, OLD).state == "active"  # which has heard all five
    assert use(engine, NEW).state == "active"  # and this one all that it can


@pytest.mark.parametrize(("away", "switched"), [(1, True), (3, False)])
def test_files_that_are_away_block_only_where_they_are_most(
    library: tuple[Engine, Path], tmp_path: Path, away: int, switched: bool
) -> None:
    engine, music = library
    use(engine, NEW)
    for path in sorted(music.glob("Album*/*"))[:away]:
        path.rename(tmp_path / path.name)
    # Another folder is indexed, so that nothing counts as gone from this one.
    other = tmp_path / "other"
    other.mkdir()
    report = run(engine, other)
    assert report.caught_up == 4 - away
    assert report.messages[-1].endswith("Is a disk not mounted?") == (not switched)
    assert active(engine) == (NEW if switched else OLD)
    assert_whole(engine, NEW if switched else OLD, 4 - away if switched else 4)


def test_a_version_with_another_model_prepares_it_for_who_follows_and_tells_the_others(
    library: tuple[Engine, Path], shipped: Callable[[str], None]
) -> None:
    engine, music = library
    engine.shelf.keep(b"newest")
    shipped(NEW)
    stopped = run(engine, music, stop=lambda: True)
    assert stopped.messages[0].startswith(f"{NEW} comes with this version: the library is heard")
    assert_whole(engine, OLD, 4)
    assert run(engine, music).caught_up == 4
    assert active(engine) == NEW

    use(engine, OLD)  # goes back: a choice, which no later version undoes
    shipped("newest")
    report = run(engine, music, load=DeafEar)
    assert report.messages == (
        "newest comes with this version; change to it with `mir model use shipped`.",
    )
    assert run(engine, music, load=DeafEar).messages == ()
    assert active(engine) == OLD


def test_a_library_whose_model_is_gone_goes_on_and_gets_the_one_of_this_version(
    library: tuple[Engine, Path], shipped: Callable[[str], None]
) -> None:
    old, music = library
    shipped(NEW)
    with open_engine(old.settings, embedder=StubEar(NEW)) as engine:  # type: ignore[arg-type]
        shelf: Any = StubShelf(NEW)
        engine.shelf = shelf
        assert_whole(engine, OLD, 4)
        with pytest.raises(ModelError, match="gone"):
            engine.embedder(OLD)
        report = run(engine, music)
        assert report.messages[0].startswith("The file of stub is gone: the library is heard with")
        assert report.caught_up == 4
        assert_whole(engine, NEW, 4)


def test_another_choice_in_the_middle_of_a_run_is_kept(library: tuple[Engine, Path]) -> None:
    engine, music = library
    use(engine, NEW)
    changed = iter([lambda: use(engine, OLD)])

    def progress(_: Any) -> None:
        next(changed, lambda: None)()

    report = run(engine, music, progress=progress)
    assert report.messages == ()
    assert active(engine) == OLD
    assert_whole(engine, OLD, 4)


def test_models_are_listed_found_and_forgotten(library: tuple[Engine, Path]) -> None:
    engine, music = library
    use(engine, NEW)
    run(engine, music)
    first, second = models.listing(engine)
    assert (first.name, first.tracks, first.active, first.pending, first.shipped) == (
        *(NEW, 4, True, False),
        False,
    )
    assert (second.name, second.active, second.shipped, second.at_hand) == (OLD, False, True, True)
    assert models.find(engine, "newe") == models.find(engine, NEW) == first
    assert models.find(engine, "shipped") == second
    with pytest.raises(NotFound, match=r"no model 'nobody': there are newer \(newer\), stub"):
        models.find(engine, "nobody")
    with engine.catalogue.session() as session:
        twin = catalogue_models.KnownModel("twin", NEW, 8, ())
        catalogue_models.register(session, twin)
    with pytest.raises(InvalidQuery, match="by its id: newer, twin"):
        models.find(engine, NEW)
    with pytest.raises(InvalidQuery, match="in use"):
        models.forget(engine, "newe")
    assert models.forget(engine, OLD).tracks == 4
    assert heard(engine) == {NEW: 4}
    assert not engine.shelf.has(OLD)
    assert_whole(engine, NEW, 4)
