"""Labels of music files: what people say of them, and what teachers do.

People's labels come from the folders that the files lie in, from their tags or from a CSV;
`read_labels` makes the same values of all three.

A teacher file (.npz) holds one row for each patch of 2.992 s: `file_index` and `start` (seconds)
say where it lies, `msd_logits` and `audioset_logits` are the teachers' outputs before the
sigmoid, `msd_embedding` and `audioset_embedding` their features. `names.json` beside it lists
`files` (paths relative to the data folder), `msd_tags` and `audioset_classes`.
"""

import json
import os
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mir.analysis import Tags
from mir.audio.tags import read_tags
from mir.audio.walk import Unreadable, walk
from mir.errors import AudioError, TrainingError
from mir.model.labels import GENRES
from mir.training.artists import artist_key, name_key
from mir.training.label_csv import LabelRow, read_label_csv

_ARRAYS = (
    "file_index",
    "start",
    "msd_logits",
    "msd_embedding",
    "audioset_logits",
    "audioset_embedding",
)
_FEWEST_ARTISTS = 3  # of a genre found in tags: one for each side of a split

LeftOut = Callable[[str, str], None]
"""Called with a file (relative to the data folder) that is left out, and the reason."""


@dataclass(frozen=True, slots=True)
class LabelledFile:
    """One music file and what people say of it; None where they say nothing."""

    file: str  # relative to the data folder, with slashes; not UTF-8: surrogates (PEP 383)
    label: str
    sublabel: str | None
    artist: str | None
    album: str | None
    split: str | None  # "train", "valid" or "test" where a CSV says so


@dataclass(frozen=True, slots=True, eq=False)
class TeacherLabels:
    """Soft labels, one row a patch, sorted by file and start."""

    files: tuple[str, ...]
    tags: tuple[str, ...]  # the teachers' tags: MSD first, then AudioSet
    file_index: NDArray[np.int32]  # (rows,)
    start: NDArray[np.float32]  # (rows,) seconds
    tag_probabilities: NDArray[np.float32]  # (rows, tags)
    genre_probabilities: NDArray[np.float32]  # (rows, len(GENRES)), rows sum to 1
    features: NDArray[np.float32]  # (rows, features), standardised


def read_labels(
    data: Path, source: str | Path, left_out: LeftOut = lambda file, reason: None
) -> tuple[LabelledFile, ...]:
    """The labelled music files under the folder `data`, sorted by name.

    source: "folders" (DATA/<label>/…; the folders below it are artist and album where the tags do
    not say), "tags" (the first genre), or the path of a CSV (`mir.training.label_csv`), whose
    files are relative to its own folder or, if it lies outside `data`, to `data`. Artist and
    album come from the tags where the source does not give them. Labels that differ in case or
    spaces alone are one.

    Files without a label, of a genre in tags that has fewer than three artists, missing or
    unreadable are left out; `left_out` hears of each. Raises TrainingError where nothing or one
    label only is left, or a CSV contradicts itself.
    """
    root = data.absolute()
    if not root.is_dir():
        raise TrainingError(f"{data} is not a folder; name the folder that holds the music")
    reasons: list[str] = []

    def leave(file: str, reason: str) -> None:
        reasons.append(f"{file}: {reason}")
        left_out(file, reason)

    if source == "folders":
        found = list(_from_folders(root, leave))
    elif source == "tags":
        found = list(_frequent(list(_from_tags(root, leave)), leave))
    else:
        found = list(_from_csv(root, Path(source), leave))
    if not found:
        example = f" ({len(reasons)} left out; {reasons[0]})" if reasons else ""
        raise TrainingError(
            f"no music under {data} has a label by {source}{example}; "
            "check the folder and what gives the labels"
        )
    files = sorted(_spelt_alike(found), key=lambda each: each.file)
    if len({each.label for each in files}) == 1:
        raise TrainingError(
            f"all {len(files)} labelled files under {data} bear the label {files[0].label!r}; "
            "give at least two labels to choose from"
        )
    return tuple(files)


def read_all_labels(
    data: Path, sources: Sequence[str | Path], left_out: LeftOut = lambda file, reason: None
) -> tuple[tuple[LabelledFile, ...], ...]:
    """What `read_labels` gives for each source; TrainingError where two label the same file."""
    seen: set[str] = set()
    found = []
    for source in sources:
        files = read_labels(data, source, left_out)
        for each in files:
            if each.file in seen:
                raise TrainingError(
                    f"{each.file} is labelled twice, by {source} and before it; "
                    "give each file to one source of labels"
                )
        seen.update(each.file for each in files)
        found.append(files)
    return tuple(found)


def _from_folders(root: Path, left_out: LeftOut) -> Iterator[LabelledFile]:
    for file, tags in _tagged_music(root, left_out):
        folders = file.split("/")[:-1]
        label = _cleaned(folders[0]) if folders else ""
        if not label:
            left_out(file, "in no folder that would name its label; move it into one")
            continue
        artist = _artist(tags) or next(iter(folders[1:]), None)
        album = tags.album or next(iter(folders[2:]), None)
        yield LabelledFile(file, label, None, artist, album, None)


def _from_tags(root: Path, left_out: LeftOut) -> Iterator[LabelledFile]:
    for file, tags in _tagged_music(root, left_out):
        if not tags.genres:
            left_out(file, "no genre in its tags; tag it")
            continue
        label = _cleaned(tags.genres[0])
        yield LabelledFile(file, label, None, _artist(tags), tags.album, None)


def _from_csv(root: Path, path: Path, left_out: LeftOut) -> Iterator[LabelledFile]:
    folder = path.absolute().parent
    base = folder if folder.is_relative_to(root) else root
    seen: dict[str, LabelRow] = {}
    for row in read_label_csv(path):
        place = Path(os.path.normpath(base / row.file))
        if not place.is_relative_to(root):
            raise TrainingError(
                f"{path}, line {row.line}: {row.file} lies outside {root}; "
                "name a data folder that holds all the music"
            )
        file = place.relative_to(root).as_posix()
        if row.label is None:
            left_out(file, f"no label in line {row.line} of {path.name}; give it one")
            continue
        before = seen.setdefault(file, row)
        if before is not row:
            if (name_key(before.label), before.split) != (name_key(row.label), row.split):
                raise TrainingError(
                    f"{path}, lines {before.line} and {row.line}: {row.file} stands there twice "
                    "with different labels or splits; keep one of the lines"
                )
            continue
        try:
            tags = read_tags(place)
        except AudioError as error:
            left_out(file, str(error))
            continue
        artist, album = row.artist or _artist(tags), row.album or tags.album
        yield LabelledFile(file, _cleaned(row.label), row.sublabel, artist, album, row.split)


def _tagged_music(root: Path, left_out: LeftOut) -> Iterator[tuple[str, Tags]]:
    for found in walk(root):
        if isinstance(found, Unreadable):
            left_out(_relative(found.failure.path, root), found.failure.reason)
            continue
        try:
            tags = read_tags(found.path)
        except AudioError as error:
            left_out(_relative(found.path, root), str(error))
            continue
        yield _relative(found.path, root), tags


def _relative(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix()


def _artist(tags: Tags) -> str | None:
    """Who plays, or else whose album it is, if either is anybody in particular."""
    named = (*tags.artists[:1], *filter(None, [tags.album_artist]))
    return next((name for name in named if artist_key(name)), None)


def _frequent(files: Sequence[LabelledFile], left_out: LeftOut) -> Iterator[LabelledFile]:
    """The files of labels with enough artists: a library's tags have a long tail of odd genres."""
    makers: dict[str | None, set[str | None]] = {}
    for each in files:
        maker = artist_key(each.artist) or name_key(each.album)
        makers.setdefault(name_key(each.label), set()).add(maker)
    for each in files:
        count = len(makers[name_key(each.label)])
        if count >= _FEWEST_ARTISTS:
            yield each
        else:
            left_out(
                each.file,
                f"only {count} artist{'s' * (count > 1)} of its genre {each.label!r}; "
                f"tag at least {_FEWEST_ARTISTS}",
            )


def _cleaned(label: str) -> str:
    """A label fit to be shown and compared, whatever bytes a folder's name is made of."""
    valid = label.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return " ".join(unicodedata.normalize("NFC", valid).split())


def _spelt_alike(files: Sequence[LabelledFile]) -> Iterator[LabelledFile]:
    """Give labels that differ in case alone the spelling that is the most frequent."""
    counts = Counter(each.label for each in files)
    spelling: dict[str | None, str] = {}
    for label in sorted(counts, key=lambda label: (-counts[label], label)):
        spelling.setdefault(name_key(label), label)
    for each in files:
        yield replace(each, label=spelling[name_key(each.label)])


def read_teacher_labels(path: Path) -> TeacherLabels:
    """Read a teacher file and the `names.json` beside it; TrainingError where either is amiss."""
    try:
        names = json.loads(path.with_name("names.json").read_text("utf-8"))
        with np.load(path, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in _ARRAYS}
        msd_tags, classes = names["msd_tags"], names["audioset_classes"]
        files = tuple(names["files"])
    except (OSError, KeyError, ValueError) as error:
        raise TrainingError(
            f"{path} and the names.json beside it are not a label file: {error!r}; "
            "see docs/training.md for the format"
        ) from error
    msd = _sigmoid(arrays["msd_logits"])
    audioset = _sigmoid(arrays["audioset_logits"])
    features = np.hstack(
        [_standardised(arrays["msd_embedding"]), _standardised(arrays["audioset_embedding"])]
    )
    return TeacherLabels(
        files=files,
        tags=(*msd_tags, *classes),
        file_index=arrays["file_index"],
        start=arrays["start"],
        tag_probabilities=np.hstack([msd, audioset]),
        genre_probabilities=_genres(msd, msd_tags, audioset, classes),
        features=features,
    )


def _sigmoid(logits: NDArray[np.float16]) -> NDArray[np.float32]:
    return (1.0 / (1.0 + np.exp(-logits.astype(np.float32)))).astype(np.float32)


def _standardised(features: NDArray[np.float16]) -> NDArray[np.float32]:
    values = features.astype(np.float32)
    return ((values - values.mean(0)) / (values.std(0) + 1e-3)).clip(-5, 5)


def _genres(
    msd: NDArray[np.float32],
    msd_tags: Sequence[str],
    audioset: NDArray[np.float32],
    classes: Sequence[str],
) -> NDArray[np.float32]:
    """The teachers' tags as competing genres: the strongest member of each, brought to sum 1.

    AudioSet's classes are rarer than Last.fm's words and the teacher shyer, hence the factor.
    """
    scores = np.full((len(msd), len(GENRES)), 1e-3, np.float32)
    for column, members in enumerate(GENRES.values()):
        for tag in members.msd:
            np.maximum(scores[:, column], msd[:, msd_tags.index(tag)], out=scores[:, column])
        for name in members.audioset:
            np.maximum(
                scores[:, column], 2 * audioset[:, classes.index(name)], out=scores[:, column]
            )
    return scores / scores.sum(1, keepdims=True)
