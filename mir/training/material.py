"""What there is to learn from: who labelled what, what counts as a genre, and the decoded music.

Labels come from people (a genre a file, `mir.training.labels`), from teachers (soft labels
for each patch), or from both. The network's genres are, by `taxonomy`,

- "labels": the names that people used, whatever they are;
- "mir": the 29 of `mir.model.labels`; other names that people used count only as neighbours of
  one kind in validation. Teachers' tags are read as these genres, too.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mir.audio.decode import Span
from mir.errors import TrainingError
from mir.features.mel import FeatureSpec
from mir.features.patches import PATCH_FRAMES
from mir.model.labels import GENRES, canonical_genre
from mir.training.cache import Decoding, Frames, Wanted, open_cache
from mir.training.labels import (
    LabelledFile,
    TeacherLabels,
    read_all_labels,
    read_teacher_labels,
)
from mir.training.split import Sides, split_by_artist
from mir.training.votes import Votes, read_votes

TAXONOMIES = ("mir", "labels")

_SPEC = FeatureSpec()
_PATCH_SECONDS = PATCH_FRAMES * _SPEC.hop / _SPEC.sample_rate
_VALID_SHARE = 16  # one folder in sixteen without labels of people validates


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """Consecutive patches of one file."""

    file: str
    offset: int  # first frame in the cache
    patches: int
    rows: NDArray[np.int64] | None  # (patches,) rows of the teachers' labels, if they heard it


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """All that is learnt from, and all that is judged by."""

    genres: tuple[str, ...]  # the outputs of the network's genre head
    genre_of: Mapping[str, int]  # by file; files without a label that is a genre are not in it
    labels: tuple[LabelledFile, ...]  # of people, as far as they could be heard
    sets: tuple[frozenset[str], ...]  # the files of each source of labels, judged apart
    teacher: TeacherLabels | None
    teaches_genres: bool  # whether the teachers' tags are read as genres
    sides: Sides
    frames: Frames
    stretches: tuple[Stretch, ...]
    skipped: Mapping[str, str]  # files that are not labelled or could not be heard, and why
    digest: str  # of labels and music: a checkpoint belongs to one
    described: str  # in a sentence, for the model's card
    votes: Votes | None = None  # of people, on moods


def gather(
    data: Path,
    labels: Sequence[str | Path],
    teacher: Path | None,
    *,
    cache: Path,
    taxonomy: str | None = None,
    votes: Path | None = None,
    seed: int = 1,
    jobs: int = 1,
    progress: Callable[[Decoding], None] = lambda state: None,
) -> Material:
    """Read labels, split by artist, and decode the music under `data` into the folder `cache`.

    labels: sources of labels of people, as `read_labels` takes them; teacher: a file of soft
    labels (.npz); votes: a CSV as `mir.training.votes` reads it. taxonomy: by default "mir" with a
    teacher, "labels" without. seed: of the split, where the labels bring none. Raises
    TrainingError where nothing can be learnt from it.
    """
    if not data.is_dir():
        raise TrainingError(f"{data} is not a folder; name the folder that holds the music")
    if not labels and teacher is None:
        raise TrainingError(
            "there is nothing to learn: give labels of people (--labels), of teachers "
            "(--teacher), or both"
        )
    taxonomy = taxonomy or ("mir" if teacher else "labels")
    if taxonomy not in TAXONOMIES:
        raise TrainingError(f"taxonomy is {taxonomy!r}; it must be {' or '.join(TAXONOMIES)}")
    if taxonomy == "labels" and not labels:
        raise TrainingError(
            "the taxonomy `labels` takes its genres from labels of people; give --labels, "
            "or the taxonomy `mir`"
        )
    left_out: dict[str, str] = {}
    sources = read_all_labels(data, labels, left_out.__setitem__)
    files = tuple(each for source in sources for each in source)
    felt = read_votes(votes, data) if votes else None
    soft = read_teacher_labels(teacher) if teacher else None
    runs = _teacher_runs(soft)
    sides = _sides(files, runs, seed)
    wanted = _wanted(files, soft, runs)
    opened = open_cache(data, wanted, cache, jobs, progress)
    if not opened.kept:
        raise TrainingError(
            f"none of the {len(wanted)} labelled files can be heard under {data}; the paths in "
            "the label files are relative to the data folder. The first of them: "
            f"{next(iter(opened.skipped.values()))}"
        )
    heard = {each.file for each in opened.kept}
    files = tuple(each for each in files if each.file in heard)
    names = [canonical_genre(each.label) if taxonomy == "mir" else each.label for each in files]
    genres = tuple(GENRES) if taxonomy == "mir" else tuple(sorted({*filter(None, names)}))
    if files and len({*filter(None, names)}) < 2 and not (soft and taxonomy == "mir"):
        raise TrainingError(_too_few(files, taxonomy))
    place = {name: index for index, name in enumerate(genres)}
    stretches = tuple(
        Stretch(
            each.file,
            each.offset,
            each.patches,
            np.array(runs[each.file][each.span][: each.patches]) if each.file in runs else None,
        )
        for each in opened.kept
    )
    return Material(
        genres=genres,
        genre_of={f.file: place[name] for f, name in zip(files, names, strict=True) if name},
        labels=files,
        sets=tuple(frozenset(each.file for each in source) for source in sources),
        teacher=soft,
        teaches_genres=soft is not None and taxonomy == "mir",
        sides={file: side for file, side in sides.items() if file in heard},
        frames=opened.frames,
        stretches=stretches,
        skipped={**left_out, **opened.skipped},
        digest=_digest(opened.key, files, genres, soft),
        described=_described(heard, files, teacher),
        votes=felt,
    )


def _teacher_runs(teacher: TeacherLabels | None) -> dict[str, list[list[int]]]:
    """By file: rows of patches that follow each other without a gap, as runs."""
    runs: dict[str, list[list[int]]] = {}
    if teacher is None:
        return runs
    for row in np.lexsort((teacher.start, teacher.file_index)):
        of_file = runs.setdefault(teacher.files[teacher.file_index[row]], [])
        start = teacher.start[row]
        for run in of_file:
            if abs(start - teacher.start[run[-1]] - _PATCH_SECONDS) < 0.02:
                run.append(int(row))
                break
        else:
            of_file.append([int(row)])
    return runs


def _sides(
    files: Sequence[LabelledFile], runs: Mapping[str, list[list[int]]], seed: int
) -> dict[str, str]:
    """train, valid or test for every file: by artist, or by folder where no person labelled it."""
    sides = dict(split_by_artist(files, seed)) if files else {}
    for file in runs:
        folder = file.rpartition("/")[0] or file
        sides.setdefault(file, "valid" if _hash(folder) % _VALID_SHARE == 0 else "train")
    return sides


def _wanted(
    files: Sequence[LabelledFile],
    teacher: TeacherLabels | None,
    runs: Mapping[str, list[list[int]]],
) -> tuple[Wanted, ...]:
    """The teachers' stretches; of files that no teacher heard, passages."""

    def spans(file: str) -> tuple[Span, ...]:
        starts = (float(teacher.start[run[0]]) for run in runs[file]) if teacher else ()
        return tuple(
            Span(start, len(run) * _PATCH_SECONDS)
            for start, run in zip(starts, runs[file], strict=True)
        )

    taught = tuple(Wanted(file, spans(file)) for file in runs)
    return taught + tuple(Wanted(each.file) for each in files if each.file not in runs)


def _too_few(files: Sequence[LabelledFile], taxonomy: str) -> str:
    names = sorted({each.label for each in files})
    shown = ", ".join(names[:8]) + (", …" if len(names) > 8 else "")
    if taxonomy == "mir":
        return (
            f"fewer than two of the labels ({shown}) are among mir's genres; "
            "use the taxonomy `labels`, or label with the names in mir/model/labels.py"
        )
    return f"the labels name one genre only ({shown}); a network needs two to tell apart"


def _digest(
    key: str, files: Sequence[LabelledFile], genres: Sequence[str], teacher: TeacherLabels | None
) -> str:
    digest = blake2b(repr((key, files, genres)).encode(errors="surrogateescape"), digest_size=8)
    if teacher is not None:
        digest.update(np.ascontiguousarray(teacher.tag_probabilities).tobytes())
    return digest.hexdigest()


def _described(heard: set[str], files: Sequence[LabelledFile], teacher: Path | None) -> str:
    parts = [f"people's labels of {len(files)}"] if files else []
    parts += [f"the soft labels of {teacher.name}"] if teacher else []
    return f"{len(heard)} files with {' and '.join(parts)}"


def _hash(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(errors="surrogateescape"), digest_size=4).digest())
