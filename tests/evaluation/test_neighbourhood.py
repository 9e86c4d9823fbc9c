from pathlib import Path

import numpy as np
import pytest

from mir.evaluation.labelled import Item
from mir.evaluation.neighbourhood import hubness_table, precision_tables, precisions


def made(n: int = 80) -> list[Item]:
    """Two labels; each artist has two albums of one label with two tracks each."""
    return [
        Item(
            Path(str(i)),
            "test" if (i // 4) % 4 == 0 else "train",
            ("rock", "jazz")[(i // 4) % 2],
            "",
            f"artist {i // 4}",
            f"album {i // 2}",
        )
        for i in range(n)
    ]


def test_either_filter_takes_away_what_it_names() -> None:
    items = made()
    rng = np.random.default_rng(0)
    # What an artist plays is alike, and an album all the more; labels are not to be heard.
    artists, albums = rng.standard_normal((20, 32)), rng.standard_normal((40, 32))
    vectors = np.stack([3 * artists[i // 4] + albums[i // 2] for i in range(80)])
    vectors += 0.01 * rng.standard_normal(vectors.shape)

    by_artist, by_album = precision_tables("mine", items, {"mir": vectors})

    figures = [{row.name: row.cells["mir"].value for row in t.rows} for t in (by_artist, by_album)]
    assert figures[1]["P@1"] == 1.0  # the other album of the same artist
    assert figures[0]["P@1"] < 0.8
    assert list(figures[0]) == ["P@1", "P@5", "P@10", "P@20", "MAP"]
    assert "album" in by_album.title


def test_without_albums_there_is_one_filter() -> None:
    items = [Item(i.path, i.split, i.label, "", i.artist) for i in made()]

    assert len(precision_tables("mine", items, {"mir": np.eye(80)})) == 1


def test_the_album_stands_in_for_an_unknown_artist() -> None:
    items = [Item(i.path, i.split, i.label, "", "", i.album) for i in made()]
    vectors = np.repeat(np.random.default_rng(1).standard_normal((40, 16)), 2, axis=0)

    found = precisions(items, vectors, [item.maker for item in items])

    # The twin on the same album does not count, the label of the others is chance.
    assert found["P@1"].value < 0.9
    assert found["P@1"].n == 20


def test_labels_that_lie_apart_are_found_at_every_k() -> None:
    items = made()
    vectors = np.stack([np.eye(2)[(i // 4) % 2] for i in range(80)])

    found = precisions(items, vectors, [item.maker for item in items])

    assert {name: figure.value for name, figure in found.items()} == dict.fromkeys(found, 1.0)


def test_hubness_is_told_for_each_kind_of_vectors() -> None:
    rng = np.random.default_rng(2)
    features = {"even": rng.standard_normal((80, 4)), "hubbed": rng.standard_normal((80, 300)) + 1}

    table = hubness_table("mine", made(), features, rng)

    even, hubbed = table.rows
    assert even.cells["skewness"].low <= even.cells["skewness"].value
    assert even.cells["skewness"].high >= even.cells["skewness"].value
    assert hubbed.cells["skewness"].value > even.cells["skewness"].value
    assert even.cells["n"] == 80
    (picture,) = table.pictures
    assert [sum(counts) for _, counts in picture.series] == [800, 800]


def test_a_tiny_set_has_fewer_neighbours() -> None:
    items = made()[:4]
    table = hubness_table("mine", items, {"mir": np.eye(4) + 0.1}, np.random.default_rng(0))

    assert "3 neighbours" in table.title
    assert table.rows[0].cells["never"].value == pytest.approx(0.0, abs=1)
