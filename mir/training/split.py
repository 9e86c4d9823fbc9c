"""Which files train, which validate and which test: never the same artist on two sides.

With one artist on two sides a model is rewarded for knowing voices and studios, and the
figures flatter (Flexer 2007, "A closer look on artist filters for musical genre classification").
So whole artists are dealt out; where the artist is unknown, whole albums. Each label's share
on each side comes as near to what is asked as whole artists allow.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from mir.errors import TrainingError
from mir.training.artists import artist_key, name_key
from mir.training.label_csv import SIDES
from mir.training.labels import LabelledFile

Sides = Mapping[str, str]
"""File -> "train", "valid" or "test"."""

_DRAWS = 20  # deals that are tried where artists with several labels get in each other's way
_NAMED = 3  # files or artists named in an error


def split_by_artist(
    files: Sequence[LabelledFile], seed: int, valid: float = 0.15, test: float = 0.15
) -> Sides:
    """Deal the artists out to three sides; `valid` and `test` are shares of each label's files.

    A file keeps the side that its CSV gave it, and the rest of its artist joins it. The same
    seed gives the same sides, in whatever order the files come. Raises TrainingError where
    neither artist nor album is known, a label has too few artists to stand on every side, or a
    given split has an artist on two sides or nothing to train or to validate on.
    """
    if min(valid, test) <= 0 or valid + test >= 1:
        raise ValueError(f"shares {valid} and {test} leave a side empty. Are they percentages?")
    files = sorted(files, key=lambda each: each.file)
    groups = _groups(files)
    given = _given_sides(files, groups)
    if not given:
        _need_artists(files, groups, len(SIDES), "a split into train, valid and test")
    counts = _label_counts(files, groups)
    shares = {"train": 1 - valid - test, "valid": valid, "test": test}
    rng = np.random.default_rng(seed)
    for _ in range(_DRAWS):
        dealt = _deal(counts, given, shares, rng)
        sides = {each.file: dealt[groups[each.file]] for each in files}
        missing = _missing(files, sides, ("train",) if given else SIDES)
        if not missing:
            break
    else:
        label, side = missing[0]
        raise TrainingError(
            f"no file of the label {label!r} stands on the side {side}: its artists bear other "
            "labels, too, or a CSV puts them elsewhere; label more artists or take the label out"
        )
    if "valid" not in sides.values():
        raise TrainingError(
            "the given split has no file on the side valid, by which training is steered; "
            "give some artists that side, or leave the column split empty"
        )
    return sides


def folds_by_artist(files: Sequence[LabelledFile], folds: int, seed: int) -> tuple[Sides, ...]:
    """`folds` splits for cross-validation: each artist is tested once and validates once.

    Fold i is the test side of split i and fold i + 1 the valid side. Splits given by a CSV do
    not count here. Raises TrainingError as `split_by_artist` does; a label needs an artist for
    each fold. The deal is scikit-learn's StratifiedGroupKFold.
    """
    from sklearn.model_selection import (  # type: ignore[import-untyped]
        StratifiedGroupKFold,
    )

    if folds < len(SIDES):
        raise TrainingError(
            f"{folds} folds are too few: one tests, one validates and the rest trains; take 3 or "
            "more"
        )
    files = sorted((replace(each, split=None) for each in files), key=lambda each: each.file)
    groups = _groups(files)
    _need_artists(files, groups, folds, f"{folds} folds")
    names = [each.file for each in files]
    labels = [each.label for each in files]
    dealer = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
    fold_of = dict.fromkeys(names, 0)
    by = [groups[name] for name in names]
    for number, (_, held_out) in enumerate(dealer.split(names, labels, by)):
        fold_of.update((names[i], number) for i in held_out)
    splits = []
    for number in range(folds):
        role = {number: "test", (number + 1) % folds: "valid"}
        sides = {name: role.get(fold_of[name], "train") for name in names}
        for label, _ in _missing(files, sides, ("train",)):
            raise TrainingError(
                f"fold {number + 1} has no file of the label {label!r} to train on: its artists "
                "bear other labels, too; take fewer folds or label more artists"
            )
        splits.append(sides)
    return tuple(splits)


def _groups(files: Sequence[LabelledFile]) -> dict[str, str]:
    """File -> whom it is by: an artist, else an album, else (with a given split) itself.

    An album with one known artist is that artist's, also where a track of it names none.
    """
    makers: dict[str, set[str]] = {}
    for each in files:
        artist, album = artist_key(each.artist), name_key(each.album)
        if artist and album:
            makers.setdefault(album, set()).add(artist)
    groups: dict[str, str] = {}
    nameless = []
    for each in files:
        artist, album = artist_key(each.artist), name_key(each.album)
        if artist is None and album and len(makers.get(album, ())) == 1:
            (artist,) = makers[album]
        if artist is None and album is None and each.split is None:
            nameless.append(each.file)
            continue
        group = f"artist {artist}" if artist else f"album {album}" if album else f"file {each.file}"
        if groups.setdefault(each.file, group) != group:
            raise TrainingError(f"{each.file} is labelled twice, by two artists; keep one of them")
    if nameless:
        raise TrainingError(
            f"neither artist nor album is known of {_some(nameless)}, so they cannot be kept on "
            "one side of a split; tag them, put them into <label>/<artist>/ folders, or give "
            "artists or a split in a CSV"
        )
    return groups


def _given_sides(files: Sequence[LabelledFile], groups: Mapping[str, str]) -> dict[str, str]:
    sides: dict[str, str] = {}
    for each in files:
        if each.split is None:
            continue
        group = groups[each.file]
        if sides.setdefault(group, each.split) != each.split:
            kind, _, name = group.partition(" ")
            raise TrainingError(
                f"the {kind} {name!r} stands on two sides of the given split, {sides[group]} and "
                f"{each.split} ({each.file}); put all of it on one side"
            )
    return sides


def _label_counts(
    files: Sequence[LabelledFile], groups: Mapping[str, str]
) -> dict[str, Counter[str]]:
    counts: dict[str, Counter[str]] = {}
    for each in files:
        counts.setdefault(groups[each.file], Counter())[each.label] += 1
    return counts


def _deal(
    counts: Mapping[str, Counter[str]],
    given: Mapping[str, str],
    shares: Mapping[str, float],
    rng: np.random.Generator,
) -> dict[str, str]:
    """Group -> side, by iterative stratification (Sechidis et al. 2011) over whole groups.

    The label with the fewest groups comes first; its groups, largest first, go where most of
    the label is lacking, and the last ones where there is none of it yet.
    """
    waiting = [group for group in sorted(counts) if group not in given]
    waiting = [waiting[i] for i in rng.permutation(len(waiting))]
    waiting.sort(key=lambda group: -counts[group].total())
    of_label: dict[str, list[str]] = {}
    total: Counter[str] = Counter()
    for group in counts:
        total.update(counts[group])
    for group in waiting:
        for label in counts[group]:
            of_label.setdefault(label, []).append(group)
    there: Counter[tuple[str, str]] = Counter()  # files of (label, side)
    sides: dict[str, str] = {}

    def put(group: str, side: str) -> None:
        sides[group] = side
        for label, count in counts[group].items():
            there[label, side] += count

    for group, side in given.items():
        put(group, side)
    for label in sorted(of_label, key=lambda label: (len(of_label[label]), label)):
        left = [group for group in of_label[label] if group not in sides]
        for position, group in enumerate(left):
            bare = [side for side in shares if not there[label, side]]
            choice = bare if len(left) - position <= len(bare) else list(shares)
            lack = {side: shares[side] * total[label] - there[label, side] for side in choice}
            put(group, max(choice, key=lack.__getitem__))
    return sides


def _need_artists(
    files: Sequence[LabelledFile], groups: Mapping[str, str], least: int, what: str
) -> None:
    makers: dict[str, set[str]] = {}
    for each in files:
        makers.setdefault(each.label, set()).add(groups[each.file])
    label = min(makers, key=lambda label: (len(makers[label]), label))
    if len(makers[label]) < least:
        raise TrainingError(
            f"the label {label!r} has {len(makers[label])} of the {least} artists needed for "
            f"{what} ({_some(sorted(makers[label]))}); label more artists or take the label out"
        )


def _missing(
    files: Sequence[LabelledFile], sides: Sides, wanted: Sequence[str]
) -> list[tuple[str, str]]:
    """The (label, side) pairs without any file."""
    there = {(each.label, sides[each.file]) for each in files}
    labels = sorted({each.label for each in files})
    return [(label, side) for label in labels for side in wanted if (label, side) not in there]


def _some(names: Sequence[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")
