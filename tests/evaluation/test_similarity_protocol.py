from types import SimpleNamespace

import numpy as np
import pytest

from mir.errors import InvalidQuery
from mir.evaluation.hearing import HeardSet
from mir.evaluation.interval import Measured
from mir.evaluation.labelled import Item
from mir.evaluation.report import Cell, Report
from mir.evaluation.similarity import (
    figures,
    judge,
    probe_accuracy,
    similarity_tables,
    sought_vectors,
    track_vectors,
    zscored,
)

LABELS = ("rock", "jazz", "folk", "pop")


def items(n: int = 240, *, artists: int = 60, sublabels: bool = True) -> list[Item]:
    """Made-up items of four labels with two sublabels each; every artist plays one label."""
    made = []
    for i in range(n):
        artist = i % artists
        label = LABELS[artist % 4]
        split = ("train", "train", "valid", "test")[(artist // 4) % 4]
        sub = f"{label} {artist // 4 % 2}" if sublabels else ""
        made.append(Item(SimpleNamespace(), split, label, sub, f"artist {artist}"))
    return made


def clustered(made: list[Item], spread: float, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    centres = {label: rng.standard_normal(16) for label in LABELS}
    return np.stack([centres[i.label] + spread * rng.standard_normal(16) for i in made])


def value(cell: Cell) -> float:
    assert isinstance(cell, Measured)
    return cell.value


def test_labels_that_lie_apart_are_found_whole() -> None:
    made = items()

    found = figures(made, clustered(made, 0.01))

    for column in ("label P@10", "MAP", "probe"):
        assert value(found[column]) == 1.0


def test_chance_is_chance() -> None:
    made = items(960, artists=240)
    rng = np.random.default_rng(3)

    found = figures(made, rng.standard_normal((960, 32)))

    assert found["label P@10"].low < 0.25 < found["label P@10"].high
    assert value(found["probe"]) == pytest.approx(0.25, abs=0.08)
    assert found["label P@10"].n == sum(item.split == "test" for item in made)


def test_figures_fall_as_the_clusters_blur() -> None:
    made = items()
    series = [value(figures(made, clustered(made, s))["label P@10"]) for s in (0.1, 1.0, 2.0, 8.0)]

    assert series == sorted(series, reverse=True)
    assert series[-1] < series[0] - 0.3


def test_a_model_that_only_knows_artists_gains_nothing() -> None:
    made = items()
    rng = np.random.default_rng(4)
    voices = {item.artist: rng.standard_normal(16) for item in made}
    vectors = np.stack([voices[item.artist] for item in made])

    # Each artist's own four tracks are identical, and none of them counts.
    assert value(figures(made, vectors)["label P@10"]) < 0.45


def test_the_figures_do_not_depend_on_the_order_of_the_items() -> None:
    made = items()
    vectors = clustered(made, 1.5)
    order = np.random.default_rng(5).permutation(len(made))

    a = figures(made, vectors)
    b = figures([made[i] for i in order], vectors[order])

    for column in ("label P@10", "sub P@10", "MAP", "probe"):
        assert value(a[column]) == pytest.approx(value(b[column]))


def test_a_set_without_sublabels_has_no_figure_for_them() -> None:
    made = items(sublabels=False)

    assert figures(made, clustered(made, 1.0))["sub P@10"] is None


def test_one_label_alone_cannot_be_probed() -> None:
    made = [Item(i.path, i.split, "rock", "", i.artist) for i in items()]

    assert probe_accuracy(made, clustered(items(), 1.0)) is None


def test_z_scores_have_mean_zero_and_deviation_one_and_constants_vanish() -> None:
    vectors = np.random.default_rng(6).normal(5, 3, (50, 4))
    vectors[:, 2] = 7

    scaled = zscored(vectors)

    np.testing.assert_allclose(scaled.mean(0), 0, atol=1e-9)
    np.testing.assert_allclose(scaled.std(0), [1, 1, 0, 1], atol=1e-9)


def heard_like(vector: np.ndarray) -> SimpleNamespace:
    descriptors = SimpleNamespace(mfcc_mean=tuple(vector[:3]), mfcc_std=tuple(vector[3:6]))
    return SimpleNamespace(
        hearing=SimpleNamespace(vector=vector / np.linalg.norm(vector)), descriptors=descriptors
    )


def heard_set(spread: float) -> HeardSet:
    made = items()
    return HeardSet("mine", tuple(made), tuple(map(heard_like, clustered(made, spread))), ())


def test_the_models_stand_beside_chance_and_mfcc() -> None:
    rng = np.random.default_rng(0)
    models = {"before": heard_set(2.0), "mir": heard_set(0.5)}

    features = track_vectors(models, rng)
    table = judge("mine", models["mir"].items, features)

    assert table.title == "mine: 48 queries among 240 tracks"
    by_name = {row.name: row.cells for row in table.rows}
    assert list(by_name) == ["random", "MFCC", "before", "mir", "mir z-scored"]
    assert [cells["size"] for cells in by_name.values()] == [128, 6, 16, 16, 16]
    assert value(by_name["mir"]["label P@10"]) > value(by_name["random"]["label P@10"]) + 0.3
    assert value(by_name["mir"]["label P@10"]) > value(by_name["before"]["label P@10"])
    # The model's own vectors are judged as they are searched, not z-scored.
    assert by_name["mir"] != by_name["mir z-scored"]
    np.testing.assert_allclose(np.linalg.norm(features["mir"], axis=1), 1)


def test_excerpts_are_scaled_as_the_tracks_are() -> None:
    models = {"mir": heard_set(0.5)}

    sought = sought_vectors(models, models, np.random.default_rng(0))

    np.testing.assert_allclose(sought["MFCC"].tracks, sought["MFCC"].excerpts)
    np.testing.assert_allclose(sought["mir"].tracks, sought["mir"].excerpts)
    assert not np.allclose(sought["random"].tracks, sought["random"].excerpts)


def test_the_printed_tables_fit_eighty_columns() -> None:
    models = {"mir": heard_set(2.0)}
    rng = np.random.default_rng(0)
    made = similarity_tables("mine", models["mir"].items, track_vectors(models, rng), rng)

    lines = Report("t", {}, made).as_markdown().splitlines()

    assert max(len(line) for line in lines if line.startswith("|")) <= 80


def test_a_set_that_cannot_be_heard_is_refused() -> None:
    empty = HeardSet("mine", (), (), (("a", "gone"),))

    with pytest.raises(InvalidQuery, match="of 1 files 0 could be heard"):
        track_vectors({"mir": empty}, np.random.default_rng(0))
