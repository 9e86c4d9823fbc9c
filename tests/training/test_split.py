from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mir.errors import TrainingError
from mir.training.labels import LabelledFile
from mir.training.split import Sides, folds_by_artist, split_by_artist

SHARES = {"train": 0.7, "valid": 0.15, "test": 0.15}


def labelled(
    file: str, label: str, artist: str | None, album: str | None = None, split: str | None = None
) -> LabelledFile:
    return LabelledFile(file, label, None, artist, album, split)


def catalogue(sizes: dict[str, list[int]]) -> list[LabelledFile]:
    """Files of artists that keep to one label: `sizes` holds the files of each artist."""
    return [
        labelled(f"{label}/{artist}/{number}", label, f"{label} {artist}")
        for label, counts in sizes.items()
        for artist, count in enumerate(counts)
        for number in range(count)
    ]


def groups_on_sides(files: Sequence[LabelledFile], sides: Sides) -> dict[str | None, set[str]]:
    found: dict[str | None, set[str]] = {}
    for each in files:
        maker = (each.artist or f"album {each.album}").strip().casefold()
        found.setdefault(maker, set()).add(sides[each.file])
    return found


catalogues = st.dictionaries(
    st.sampled_from(["rock", "jazz", "folk", "dub"]),
    st.lists(st.integers(1, 12), min_size=3, max_size=25),
    min_size=2,
).map(catalogue)


def _of_mixed(rows: list[tuple[str, int, Callable[[str], str], bool]]) -> list[LabelledFile]:
    """Artists who play whatever they like, in odd spellings; ten or more of each label."""
    sure = [("rock", n, str.upper, n % 2 == 0) for n in range(10)]
    sure += [("jazz", n, str.upper, n % 2 == 0) for n in range(5, 15)]
    return [
        labelled(f"{n}", label, spell(f"artist {number}"))
        if known
        else labelled(f"{n}", label, None, f"album {number + 100}")
        for n, (label, number, spell, known) in enumerate([*sure, *rows])
    ]


mixed = st.lists(
    st.tuples(
        st.sampled_from(["rock", "jazz"]),
        st.integers(0, 30),
        st.sampled_from([str.upper, str.title, "  {} ".format]),
        st.booleans(),
    ),
    max_size=60,
).map(_of_mixed)


@settings(deadline=None)
@given(catalogues, st.integers(0, 2**32 - 1))
def test_each_label_has_its_share_on_each_side_as_near_as_whole_artists_allow(
    files: list[LabelledFile], seed: int
) -> None:
    sides = split_by_artist(files, seed)
    assert set(sides) == {each.file for each in files}
    assert all(len(there) == 1 for there in groups_on_sides(files, sides).values())
    for label in {each.label for each in files}:
        members = [each for each in files if each.label == label]
        largest = max(Counter(each.artist for each in members).values())
        there = Counter(sides[each.file] for each in members)
        for side, share in SHARES.items():
            assert there[side] > 0
            assert -2 * largest <= there[side] - share * len(members) <= largest


@settings(deadline=None)
@given(mixed, st.integers(0, 1000), st.randoms(use_true_random=False))
def test_no_artist_is_on_two_sides_and_the_order_of_files_does_not_matter(
    files: list[LabelledFile], seed: int, chance: object
) -> None:
    sides = split_by_artist(files, seed)
    assert set(sides) == {each.file for each in files}
    assert all(len(there) == 1 for there in groups_on_sides(files, sides).values())
    shuffled = list(files)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert split_by_artist(shuffled, seed) == sides


@settings(max_examples=25, deadline=None)  # scikit-learn's dealer takes its time
@given(mixed, st.integers(3, 5), st.integers(0, 1000), st.randoms(use_true_random=False))
def test_each_artist_is_tested_in_one_fold_and_validates_in_one(
    files: list[LabelledFile], folds: int, seed: int, chance: object
) -> None:
    splits = folds_by_artist(files, folds, seed)
    assert len(splits) == folds
    for sides in splits:
        assert all(len(there) == 1 for there in groups_on_sides(files, sides).values())
        assert {sides[each.file] for each in files} == {"train", "valid", "test"}
        trained = {each.label for each in files if sides[each.file] == "train"}
        assert trained == {each.label for each in files}
    for each in files:
        roles = Counter(sides[each.file] for sides in splits)
        assert roles == {"test": 1, "valid": 1, "train": folds - 2}
    shuffled = list(files)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert folds_by_artist(shuffled, folds, seed) == splits


def test_another_seed_gives_another_split() -> None:
    files = catalogue({"rock": [2] * 20, "jazz": [3] * 20})
    assert split_by_artist(files, 1) != split_by_artist(files, 2)
    assert folds_by_artist(files, 4, 1) != folds_by_artist(files, 4, 2)


def test_shares_can_be_asked_for() -> None:
    files = catalogue({"rock": [1] * 100, "jazz": [1] * 50})
    there = Counter(split_by_artist(files, 0, valid=0.1, test=0.3).values())
    assert there == {"train": 90, "valid": 15, "test": 45}
    with pytest.raises(ValueError, match="percentages"):
        split_by_artist(files, 0, valid=10, test=30)


def test_various_artists_are_nobody_and_their_albums_are_dealt_out() -> None:
    files = [
        labelled(f"{label}/{album}/{number}", label, name, f"{label} {album}")
        for label in ("rock", "jazz")
        for album in range(6)
        for number, name in enumerate(("Various Artists", "VA", None))
    ]
    sides = split_by_artist(files, 0)
    assert set(sides.values()) == {"train", "valid", "test"}
    by_album: dict[str | None, set[str]] = {}
    for each in files:
        by_album.setdefault(each.album, set()).add(sides[each.file])
    assert all(len(there) == 1 for there in by_album.values())


def test_a_track_without_an_artist_joins_the_one_artist_of_its_album() -> None:
    files = catalogue({"rock": [1] * 8, "jazz": [1] * 8})
    lone = [
        labelled(f"lone{n}", "rock", None, f"Debut {n}", None) for n in range(8)
    ]  # each on an album of a known artist
    known = [replace(each, album=f"debut  {n}") for n, each in enumerate(files[:8])]
    for seed in range(5):
        sides = split_by_artist([*known, *files[8:], *lone], seed)
        assert all(sides[f"lone{n}"] == sides[known[n].file] for n in range(8))


def test_a_given_split_stands_and_other_files_of_its_artists_join_it() -> None:
    given_files = [
        labelled("1", "rock", "A", split="train"),
        labelled("2", "jazz", "B", split="train"),
        labelled("3", "rock", "C", split="valid"),
        labelled("4", "jazz", None, split="valid"),  # nobody known, but the user says where
    ]
    sides = split_by_artist([*given_files, labelled("5", "rock", " c ")], 0)
    assert sides == {"1": "train", "2": "train", "3": "valid", "4": "valid", "5": "valid"}


def test_free_artists_fill_up_what_a_given_split_lacks() -> None:
    free = catalogue({"rock": [1] * 40, "jazz": [1] * 40})
    tested = [replace(each, split="test") for each in free[:20]]  # all rock
    sides = split_by_artist([*tested, *free[20:]], 0)
    assert all(sides[each.file] == "test" for each in tested)
    rock = Counter(sides[each.file] for each in free[20:40])
    assert rock["test"] == 0
    assert rock["valid"] > 0


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (
            [labelled(f"{n}", "ab"[n % 2], None) for n in range(8)],
            "neither artist nor album is known of 0, 1, 2 and 5 more",
        ),
        (
            catalogue({"rock": [1] * 5, "jazz": [9, 1]}),
            r"the label 'jazz' has 2 of the 3 artists needed .* \(artist jazz 0, artist jazz 1\)",
        ),
        (
            [labelled("1", "a", "X", split="train"), labelled("2", "b", "x ", split="test")],
            r"the artist 'x' stands on two sides of the given split, train and test \(2\)",
        ),
        (
            [labelled("1", "a", "X", split="train"), labelled("2", "a", "Y", split="test")],
            "no file on the side valid",
        ),
        (
            [labelled("1", "a", "X", split="train"), labelled("2", "b", "Y", split="valid")],
            "label 'b' stands on the side train",
        ),
        (
            # X and Y must part for "a" and for "b", and Z cannot be on both sides they leave.
            [
                *(labelled(f"{maker}a", "a", maker) for maker in "XYZ"),
                *(labelled(f"{maker}b", "b", maker) for maker in "WXY"),
                *(labelled(f"{maker}c", "c", maker) for maker in "WZX"),
                *(labelled(f"{maker}d", "d", maker) for maker in "WZY"),
            ],
            "side .*: its artists bear other labels, too",
        ),
        (
            [labelled("1", "a", "X"), labelled("1", "a", "Y")],
            "labelled twice, by two artists",
        ),
    ],
)
def test_what_cannot_be_split_is_refused_with_a_remedy(
    files: list[LabelledFile], said: str
) -> None:
    with pytest.raises(TrainingError, match=said):
        split_by_artist(files, 0)


def test_folds_need_an_artist_each_and_pay_no_heed_to_a_given_split() -> None:
    files = catalogue({"rock": [1] * 6, "jazz": [1] * 4})
    with pytest.raises(TrainingError, match="'jazz' has 4 of the 5 artists needed for 5 folds"):
        folds_by_artist(files, 5, 0)
    with pytest.raises(TrainingError, match="2 folds are too few"):
        folds_by_artist(files, 2, 0)
    given_files = [replace(each, split="train") for each in files]
    assert folds_by_artist(given_files, 3, 0) == folds_by_artist(files, 3, 0)
