"""Does a track's vector find the track after its sound has been changed?

    python benchmarks/robustness.py MUSIC [--model FILE]… [--cases 100] [--jobs 2] [--cache FOLDER]

Every track of MUSIC is heard as indexing hears it. Some, drawn by lot, are changed (see
`changed_sound`), written as a file, heard in the same way, and looked for among the vectors of
all tracks. Printed is in how many cases the original comes first, with Wilson's 95 % interval, and
its mean rank: once with the passages where they were, and once as if the changed file came from
another copy, which begins 5 to 15 seconds later, so that other passages are heard.

Written is what would be heard of the changed file: its three passages of 20 seconds. Changed
sound and vectors are kept in the cache folder, so that another model costs only its own hearing.
The shipped model (or that of MIR_MODEL) comes first, then each `--model`. Exit status 1 says that
the last one missed a target.
"""

import argparse
import hashlib
import os
import random
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import platformdirs
import soundfile
import soxr
from changed_sound import CHANGES, MP3_BIT_RATE, RATE, Change
from kept_vectors import Kept, tracks_in, vectors_of
from numpy.typing import NDArray
from ranking_ideas import ranks
from transcoding import SAMPLE_RATE, Stereo, encode, read_stereo

from mir.evaluation import interval
from mir.evaluation.report import Cell, Report, Row, Table
from mir.model.embedder import Embedder
from mir.passages import plan_spans
from mir.settings import load_settings

SEED = 1
VERSION = 1  # raise it when changes or passages are made otherwise: the cache is then made anew
LATER = (5.0, 15.0)  # seconds that the other copy lacks at its beginning, a quarter at most


@dataclass(frozen=True, slots=True)
class Case:
    """A track that is changed in one way, and the seconds that its copy lacks at the beginning."""

    path: Path
    seconds: float
    change: str  # key of CHANGES
    missing: float
    written: Path


def main() -> int:
    """Run the benchmark; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("music", type=Path)
    parser.add_argument("--model", type=Path, action="append", default=[], help="another model")
    parser.add_argument("--cases", type=int, default=100, help="tracks that are changed")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument(
        "--cache", type=Path, default=Path(platformdirs.user_cache_dir("mir-bench"))
    )
    given = parser.parse_args()
    music = given.music.resolve()
    here = given.cache / hashlib.sha256(os.fsencode(music)).hexdigest()[:12]
    met = True
    for model in (load_settings(os.environ).model, *given.model):
        table, met = judged(model, tracks_in(music), here, given.cases, given.jobs)
        info = Embedder.load(model).info
        facts = {"name": info.name, "id": info.model_id, "file": str(model or "shipped")}
        print(Report("Robustness of the track's vector", facts, (table,)).as_markdown())
    return 0 if met else 1


def judged(
    model: Path | None, paths: Sequence[Path], here: Path, count: int, jobs: int
) -> tuple[Table, bool]:
    """Return a model's table, and whether it met every target."""
    load = partial(Embedder.load, model)
    kept = here / f"robustness-{VERSION}" / load().info.model_id
    originals = vectors_of(paths, load, jobs, kept / "originals.npz", "originals")
    cases = [
        case
        for change in CHANGES
        for later in (False, True)
        for case in draw(originals, change, later, kept.parent, count)
    ]
    make(cases, jobs)
    files = [case.written for case in cases]
    changed = vectors_of(files, load, jobs, kept / f"changed-{count}.npz", "changed tracks")
    found = original_ranks(originals, cases, changed).reshape(len(CHANGES), 2, -1)
    rows = tuple(
        Row(change.name, _figures(change, *both))
        for change, both in zip(CHANGES.values(), found, strict=True)
    )
    table = Table(
        f"{found.shape[-1]} changed tracks looked for among {len(originals.paths)}",
        "change",
        rows,
        "Share of cases in which the original is first, ± half Wilson's 95 % interval; rank is "
        "its mean rank. Later: first, where the changed file begins 5 to 15 s later, so that "
        "other passages are heard.",
    )
    return table, all(row.cells["is"] == "met" for row in rows)


def draw(originals: Kept, change: str, later: bool, folder: Path, count: int) -> list[Case]:
    """Draw tracks by lot: the same for each change, and fewer are the first of more."""
    rng = random.Random(SEED)
    order = rng.sample(range(len(originals.paths)), len(originals.paths))
    cases = []
    for number in order[:count]:
        path, seconds = originals.paths[number], float(originals.seconds[number])
        missing = min(rng.uniform(*LATER), seconds / 4) if later else 0.0
        digest = hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
        suffix = "mp3" if change == "mp3" else "flac"
        place = folder / f"{change}-{'later' if later else 'same'}" / f"{digest}.{suffix}"
        cases.append(Case(path, seconds, change, missing, place))
    return cases


def make(cases: Sequence[Case], jobs: int) -> None:
    """Write the changed files that are not there yet."""
    wanted = [case for case in cases if not case.written.exists()]
    if not wanted:
        return
    for case in wanted:
        case.written.parent.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        for number, _ in enumerate(pool.map(write_changed, wanted)):
            if sys.stderr.isatty():
                print(f"\rchanging {number + 1}/{len(wanted)} ", end="", file=sys.stderr)


def write_changed(case: Case) -> None:
    """Write the passages that would be heard of the changed file, one after the other."""
    change = CHANGES[case.change]
    spans = plan_spans((case.seconds - case.missing) / change.tempo)
    passages = [
        read_stereo(
            case.path, case.missing + span.start * change.tempo, span.seconds * change.tempo
        )
        for span in spans
    ]
    # Written aside and renamed, so that a broken run leaves no half file to be taken for a whole.
    aside = case.written.with_name(f"new-{case.written.name}")
    if change.apply is None:
        aside.write_bytes(encode(np.concatenate(passages), "mp3", MP3_BIT_RATE))
    else:
        rng = np.random.default_rng(int(case.written.stem, 16))
        changed = np.concatenate([change.apply(_mono(each), rng) for each in passages])
        # Copies are mastered below full scale, too; the level itself is nothing to be heard.
        loudest = float(np.abs(changed).max(initial=0.0))
        soundfile.write(aside, changed / max(1.0, loudest), RATE, "PCM_16")
    aside.rename(case.written)


def original_ranks(originals: Kept, cases: Sequence[Case], changed: Kept) -> NDArray[np.int64]:
    """Rank of each case's original, from 1, by the cosine of the track vectors."""
    if len(changed.paths) < len(cases):
        raise SystemExit("A changed file cannot be heard; see above and empty the cache folder.")
    place = {path: position for position, path in enumerate(originals.paths)}
    truth = np.array([place[case.path] for case in cases])
    return ranks(changed.vectors @ originals.vectors.T, truth)


def _mono(samples: Stereo) -> NDArray[np.float32]:
    return soxr.resample(samples.mean(axis=1), SAMPLE_RATE, RATE).astype(np.float32)


def _figures(change: Change, same: NDArray[np.int64], later: NDArray[np.int64]) -> dict[str, Cell]:
    first = interval.proportion(int((same == 1).sum()), len(same))
    return {
        "first": first,
        "goal": change.target,
        "is": "met" if first.value >= change.target else "missed",
        "rank": float(same.mean()),
        "later": interval.proportion(int((later == 1).sum()), len(later)),
    }


if __name__ == "__main__":
    sys.exit(main())
