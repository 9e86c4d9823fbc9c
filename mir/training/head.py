"""A genre head of one's own: the network stays, only what reads genres off it is learnt anew.

Files are heard once, as indexing hears them, and kept; on their embeddings a multinomial
logistic regression is fitted to the train artists. The valid artists choose its penalty and
calibrate it, the test artists judge it. It goes into a copy of the model file, whose vectors
are those of the model it came from, to the bit: what was indexed stays comparable.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mir.errors import ModelError, TrainingError
from mir.evaluation.genre import macro_rates
from mir.evaluation.interval import Measured, bootstrap
from mir.model.embedder import Embedder, identity, shipped_bytes
from mir.training.artists import artist_key, name_key
from mir.training.embeddings import embed_files
from mir.training.export import fit_temperature, write_model
from mir.training.graft import graft_genre_head
from mir.training.label_csv import SIDES
from mir.training.labels import LabelledFile, read_all_labels
from mir.training.logistic import fit_head
from mir.training.split import Sides, split_by_artist

_CERTAIN = 0.5  # below it, the first genre is more likely wrong than right


@dataclass(frozen=True, slots=True)
class LabelCount:
    """How many files of a label were learnt from, steered by and judged on."""

    label: str
    train: int
    valid: int
    test: int


@dataclass(frozen=True, slots=True)
class Judged:
    """Figures on the test artists, with intervals from drawing artists with repetition."""

    accuracy: Measured
    macro_f1: Measured


@dataclass(frozen=True, slots=True)
class HeadReport:
    """What came out of `train_head`."""

    model: Path
    model_id: str
    vectors_of: str  # id of the model whose vectors it has
    labels: tuple[LabelCount, ...]
    strength: float  # of the likelihood against the penalty, see `mir.training.logistic`
    temperature: float
    head: Judged
    majority: Judged  # always naming the label that is the most frequent on the train side
    left_out: tuple[tuple[str, str], ...]  # file and reason


def train_head(
    data: Path,
    labels: Sequence[str | Path],
    *,
    base: Path | None,
    name: str,
    run: Path,
    out: Path,
    seed: int,
    jobs: int = 1,
    balanced: bool = False,
    progress: Callable[[int, int, str], None] = lambda done, total, file: None,
) -> HeadReport:
    """Fit a genre head for `labels` to the model `base` (None: the shipped one); write it to `out`.

    labels: what `read_labels` takes, one or more; `run` keeps what was heard, so that the same
    command goes on after an interruption; `seed` is that of the split (if the labels bring none)
    and of the intervals. balanced: rare labels weigh as much as frequent ones. `progress` gets
    the files heard, all files and the last one. Raises TrainingError for labels that cannot be
    learnt or judged and files that cannot be written, ModelError for a model that cannot be run.
    """
    content = _content(base)
    card = Embedder(content, str(base or "the shipped model")).card
    left_out: dict[str, str] = {}
    sources = read_all_labels(data, labels, left_out.__setitem__)
    files = tuple(each for source in sources for each in source)
    if not files:
        raise TrainingError(
            "a genre head needs labels: name folders, tags or a CSV as their source"
        )
    split_by_artist(files, seed)  # refuses before the music has been listened to
    heard = embed_files(data, [each.file for each in files], base, run / "heard", jobs, progress)
    left_out.update(heard.skipped)
    files = tuple(each for each in files if each.file not in heard.skipped)
    names = tuple(sorted({each.label for each in files}))
    if len(names) < 2:
        raise TrainingError(
            f"of all labels only {', '.join(names) or 'none'} has music that can be heard; "
            f"the first of {len(heard.skipped)} files that cannot: "
            f"{next(iter(heard.skipped.values()))}"
        )
    sides = split_by_artist(files, seed)
    counts = _counts(files, sides, names)
    row_of = {file: row for row, file in enumerate(heard.files)}

    def on(side: str) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        members = [each for each in files if sides[each.file] == side]
        rows = [row_of[each.file] for each in members]
        return heard.vectors[rows], np.array([names.index(each.label) for each in members])

    train, valid, (tested, true) = on("train"), on("valid"), on("test")
    head = fit_head(train, valid, len(names), balanced)
    temperature = fit_temperature(head.logits(valid[0]).astype(np.float32), valid[1])
    vectors_of = card.vectors_of or identity(content)
    told = replace(
        card,
        name=name,
        genres=names,
        temperature=temperature,
        certain=_CERTAIN,
        trained_on=f"{card.trained_on}; its genre head on {len(train[1])} files of "
        f"{len(names)} labels".removeprefix("; "),
        vectors_of=vectors_of,
    )
    grafted = graft_genre_head(content, head.weight, head.bias, told)
    write_model(grafted, out)
    makers = [_maker(each) for each in files if sides[each.file] == "test"]
    often = int(np.bincount(train[1]).argmax())
    return HeadReport(
        model=out,
        model_id=identity(grafted),
        vectors_of=vectors_of,
        labels=counts,
        strength=head.strength,
        temperature=temperature,
        head=_judged(true, head.logits(tested).argmax(1), makers, seed),
        majority=_judged(true, np.full(len(true), often), makers, seed),
        left_out=tuple(left_out.items()),
    )


def _content(base: Path | None) -> bytes:
    if base is None:
        return shipped_bytes()
    try:
        return base.read_bytes()
    except OSError as error:
        raise ModelError(
            f"the model {base} cannot be read: {error.strerror}; name another"
        ) from error


def _counts(
    files: Sequence[LabelledFile], sides: Sides, names: Sequence[str]
) -> tuple[LabelCount, ...]:
    there = Counter((each.label, sides[each.file]) for each in files)
    if not any(there[name, "test"] for name in names):
        raise TrainingError(
            "the given split has no file on the side test, so nothing could be said of the head; "
            "give some artists that side, or leave the column split empty"
        )
    return tuple(LabelCount(name, *(there[name, side] for side in SIDES)) for name in names)


def _maker(each: LabelledFile) -> str:
    return artist_key(each.artist) or name_key(each.album) or ""


def _judged(
    true: NDArray[np.int64], predicted: NDArray[np.int64], makers: Sequence[str], seed: int
) -> Judged:
    """Accuracy and macro F1 (over the labels that are true at least once), with intervals."""

    def statistics(positions: NDArray[np.int64]) -> NDArray[np.float64]:
        t, p = true[positions], predicted[positions]
        return np.array([np.mean(t == p), macro_rates(t, p)[2]])

    accuracy, f1 = bootstrap(statistics, makers, np.random.default_rng(seed))
    assert accuracy is not None
    assert f1 is not None
    return Judged(accuracy, f1)
