from pathlib import Path

import numpy as np
import pytest
from deadly_embedder import DeadlyEmbedder
from small_library import small_library, song, write_audio
from stub_embedder import StubEmbedder

from mir.audio.decode import Span
from mir.evaluation.hearing import hear_set, in_common
from mir.evaluation.labelled import Item, LabelledSet


def labelled(paths: list[Path]) -> LabelledSet:
    return LabelledSet("mine", tuple(Item(path, "test", "rock", "", "") for path in paths))


@pytest.fixture
def library(tmp_path: Path) -> list[Path]:
    paths = small_library(tmp_path, tracks=4, formats=("flac",))
    broken = tmp_path / "broken.flac"
    broken.write_bytes(b"fLaC" + bytes(200))
    short = write_audio(tmp_path / "short.flac", np.zeros(11_025, np.float32), 22_050)
    return [*paths[:2], broken, short, tmp_path / "gone.flac", *paths[2:]]


def test_bad_files_are_left_out_with_their_reason_and_the_order_stays(library: list[Path]) -> None:
    calls = []

    result = hear_set(
        labelled(library), StubEmbedder, 1, lambda done, total: calls.append((done, total))
    )

    assert [item.path for item in result.items] == [*library[:2], *library[5:]]
    assert len(result.heard) == 4
    assert {file for file, _ in result.left_out} == set(map(str, library[2:5]))
    assert all(reason for _, reason in result.left_out)
    assert calls == [(n, 7) for n in range(1, 8)]


def test_several_processes_hear_what_one_hears(library: list[Path]) -> None:
    one = hear_set(labelled(library), StubEmbedder, 1)
    two = hear_set(labelled(library), StubEmbedder, 2)

    assert two.items == one.items
    assert two.left_out == one.left_out
    for a, b in zip(one.heard, two.heard, strict=True):
        np.testing.assert_allclose(a.hearing.vector, b.hearing.vector, atol=1e-6)


def test_a_file_that_kills_its_worker_takes_no_other_with_it(tmp_path: Path) -> None:
    paths = small_library(tmp_path, tracks=3, formats=("flac",))
    deadly = write_audio(tmp_path / "deadly.flac", song(9, 1.5), 44_100)

    result = hear_set(labelled([paths[0], deadly, *paths[1:]]), DeadlyEmbedder, 2)

    assert [item.path for item in result.items] == paths
    ((file, reason),) = result.left_out
    assert file == str(deadly)
    assert "died" in reason


def test_one_stretch_of_a_file_can_be_heard(tmp_path: Path) -> None:
    path = write_audio(tmp_path / "long.flac", song(3, 8.0), 44_100)
    spans = [Span(1.0, 2.0), Span(20.0, 2.0)]

    result = hear_set(labelled([path, path]), StubEmbedder, 1, spans=spans)

    (heard,) = result.heard
    assert heard.seconds == pytest.approx(2.0, abs=0.01)
    ((_, reason),) = result.left_out  # the second lies behind the end
    assert "too short" in reason


def test_models_are_judged_on_what_all_of_them_could_hear(library: list[Path]) -> None:
    every = hear_set(labelled(library), StubEmbedder, 1)
    fewer = hear_set(labelled(library[1:]), StubEmbedder, 1)

    both = in_common([every, fewer])

    assert both[0].items == both[1].items == fewer.items
    assert both[0].heard[0].hearing.vector.tolist() == fewer.heard[0].hearing.vector.tolist()
