"""Tempo and key against known answers, beside librosa: how often right, how sure, at what cost.

    python benchmarks/tempo_and_key.py FOLDER [--part tuning]

FOLDER keeps the rendered music (half a gigabyte; the first run takes some CPU minutes more).
Needs Debian's fluidsynth, fluid-soundfont-gm and timgm6mb-soundfont, and `pip install
'mir[benchmarks]'`: music21 (the scores), mido and mir_eval; mir itself needs none of them.
What the music is, and how it is split into a part for tuning and a part for testing, is told by
`known_answers.py`.

The measures are the field's. Accuracy 1 is a tempo within 4 % of the true one, Accuracy 2 also
within 4 % of its double, half, triple or third (Gouyon et al. 2006). The key score is
`mir_eval.key.weighted_score`: 1 for the right key, .5 a fifth off, .3 for the relative and .2 for
the parallel key. mir hears each file through `mir.listen`, as indexing does; librosa gets the
whole file at its own 22,050 Hz. librosa has functions for tempo and none for key: beside ours
stands what is usually built on it, the mean of `chroma_cqt` correlated with the profiles
of Krumhansl and Kessler (1982).

The cost is CPU time from file to answers, decoding included, both in turns in one process;
set OMP_NUM_THREADS=1, so that it is that of one thread.
"""

import argparse
import math
import statistics
import sys
import time
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import librosa
import mir_eval
import numpy as np
from fluidsynth import MissingProgram
from known_answers import Case, collect

from mir.analysis import FloatArray, Hearing
from mir.evaluation import interval
from mir.features.key import NAMES
from mir.features.mel import FeatureSpec
from mir.listen import listen

_FACTORS = (1, 2, 1 / 2, 3, 1 / 3)
_TOLERANCE = 0.04
_MAJOR = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
_MINOR = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)


@dataclass(frozen=True, slots=True)
class Answer:
    """What one way says of one file; NaN or None where it says nothing."""

    bpm: float
    sure_of_tempo: float = math.nan
    key: str | None = None  # "C# minor"
    sure_of_key: float = math.nan


@dataclass(frozen=True, slots=True)
class _Facts:
    spec: FeatureSpec = field(default_factory=FeatureSpec)


class _NoNetwork:
    """An ear that leaves the network out: descriptors need none."""

    info = _Facts()

    def hear(self, mels: Sequence[FloatArray]) -> Hearing:
        return Hearing("none", np.zeros(1, np.float32), np.zeros((1, 1), np.float32))


def mirs(path: Path) -> dict[str, Answer]:
    """All descriptors, as `mir index` finds them."""
    found = listen(path, _NoNetwork()).descriptors
    return {
        "mir": Answer(
            math.nan if found.tempo is None else found.tempo,
            found.tempo_confidence or 0.0,
            None if found.key is None else f"{found.key} {found.mode}",
            found.key_confidence or 0.0,
        )
    }


def librosas(path: Path) -> dict[str, Answer]:
    """librosa's two tempi from one onset envelope, and the key of its chroma."""
    samples, rate = librosa.load(path)
    onsets = librosa.onset.onset_strength(y=samples, sr=rate)
    static = float(librosa.feature.tempo(onset_envelope=onsets, sr=rate)[0])
    beats, _ = librosa.beat.beat_track(onset_envelope=onsets, sr=rate)
    chroma = librosa.feature.chroma_cqt(y=samples, sr=rate).mean(axis=1)
    return {
        "librosa feature.tempo": Answer(static, key=_krumhansl(chroma)),
        "librosa beat_track": Answer(float(np.atleast_1d(beats)[0]) or math.nan),
    }


def _krumhansl(chroma: np.ndarray) -> str:
    fits = {
        f"{NAMES[tonic]} {mode}": np.corrcoef(np.roll(profile, tonic), chroma)[0, 1]
        for mode, profile in (("major", _MAJOR), ("minor", _MINOR))
        for tonic in range(12)
    }
    return max(fits, key=fits.__getitem__)


def main() -> None:
    """Render what is missing, hear everything, print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--part", choices=("tuning", "test"), default="test")
    options = parser.parse_args()
    try:
        found = collect(options.folder, lambda n, name: _say(f"rendering {n + 1}: {name}"))
    except MissingProgram as error:
        sys.exit(str(error))
    found = [(case, path) for case, path in found if case.part == options.part]
    ways: tuple[Callable[[Path], dict[str, Answer]], ...] = (mirs, librosas)
    for way in ways:
        way(found[0][1])  # warms up
    heard: list[tuple[Case, dict[str, Answer]]] = []
    costs: list[tuple[float, ...]] = []
    for number, (case, path) in enumerate(found):
        _say(f"hearing {number + 1} of {len(found)}: {case.name}")
        answers, cost = {}, []
        for way in ways:
            begin = time.process_time()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # librosa's, on music it finds odd
                answers |= way(path)
            cost.append(time.process_time() - begin)
        heard.append((case, answers))
        costs.append(tuple(cost))
    _say("")
    print(f"The {options.part} part: {len(heard)} pieces, ± is a 95 % interval.\n")
    _tempo(heard)
    _key(heard)
    own, other = (statistics.median(each) for each in zip(*costs, strict=True))
    ratio = statistics.median(theirs / ours for ours, theirs in costs)
    print(f"From file to answers, CPU ms a piece: mir {1e3 * own:.0f} (with loudness and MFCC),")
    print(f"librosa {1e3 * other:.0f}; the median ratio is {ratio:.1f}.")


def _say(text: str) -> None:
    print(f"\r{text[:78]:78}", end="" if text else "\r", file=sys.stderr, flush=True)


def _accuracies(case: Case, answer: Answer) -> tuple[bool, bool]:
    off = [abs(answer.bpm / case.bpm / factor - 1) for factor in _FACTORS]
    return off[0] < _TOLERANCE, min(off) < _TOLERANCE


def _kinds(heard: Iterable[tuple[Case, dict[str, Answer]]]) -> list[str]:
    return [*dict.fromkeys(case.kind for case, _ in heard), "all"]


def _tempo(heard: list[tuple[Case, dict[str, Answer]]]) -> None:
    print("| tempo | n | way | Accuracy 1 | Accuracy 2 |\n|---|---|---|---|---|")
    right: dict[str, list[tuple[bool, bool]]] = {}
    for kind in _kinds(heard):
        chosen = [each for each in heard if kind in (each[0].kind, "all")]
        for way in chosen[0][1]:
            right[way] = [_accuracies(case, answers[way]) for case, answers in chosen]
            first, second = (
                interval.proportion(sum(each), len(chosen))
                for each in zip(*right[way], strict=True)
            )
            print(f"| {kind} | {len(chosen)} | {way} | {first} | {second} |")
    for way in right.keys() - {"mir"}:
        for which, name in enumerate(("Accuracy 1", "Accuracy 2")):
            pairs = zip(right["mir"], right[way], strict=True)
            gain = interval.mean([float(a[which]) - float(b[which]) for a, b in pairs], low=-1)
            print(f"{name}: mir is ahead of {way} by {gain}")
    sure = [answers["mir"].sure_of_tempo for _, answers in heard]
    _calibration("tempo", sure, [a[0] for a in right["mir"]], [a[1] for a in right["mir"]])


def _key(heard: list[tuple[Case, dict[str, Answer]]]) -> None:
    heard = [each for each in heard if each[0].mode is not None]
    print("\n| key | n | way | weighted score | right |\n|---|---|---|---|---|")
    scores: dict[str, list[float]] = {}
    for kind in _kinds(heard):
        chosen = [each for each in heard if kind in (each[0].kind, "all")]
        for way in ("mir", "librosa feature.tempo"):
            name = "mir" if way == "mir" else "chroma_cqt, Krumhansl"
            scores[name] = [_weighted(case, answers[way]) for case, answers in chosen]
            exact = interval.proportion(sum(each == 1 for each in scores[name]), len(chosen))
            row = f"{interval.mean(scores[name])} | {exact}"
            print(f"| {kind} | {len(chosen)} | {name} | {row} |")
    ours, theirs = scores.values()
    gain = interval.mean([a - b for a, b in zip(ours, theirs, strict=True)], low=-1)
    print(f"weighted score: mir is ahead by {gain}")
    sure = [answers["mir"].sure_of_key for _, answers in heard]
    _calibration("key", sure, [score == 1 for score in ours])


def _weighted(case: Case, answer: Answer) -> float:
    if case.tonic is None or answer.key is None:
        return 0.0
    return float(mir_eval.key.weighted_score(f"{NAMES[case.tonic]} {case.mode}", answer.key))


def _calibration(what: str, sure: Sequence[float], *right: Sequence[bool]) -> None:
    """How often right, in four equal parts from the least sure to the surest."""
    print(f"{what}: confidence, and how often right")
    for part in np.array_split(np.argsort(sure, kind="stable"), 4):
        shares = [interval.proportion(sum(each[i] for i in part), len(part)) for each in right]
        low, high = sure[part[0]], sure[part[-1]]
        print(f"  {low:.2f} to {high:.2f}: {', '.join(map(str, shares))} (n {len(part)})")


if __name__ == "__main__":
    main()
