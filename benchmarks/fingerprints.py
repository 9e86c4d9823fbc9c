"""Does a clip find its recording, where in it, and does a clip of none find nothing?

    python benchmarks/fingerprints.py MUSIC --strange FOLDER… [--size 20000] [--cases 500]
        [--only NAME…] [--cache FOLDER]

Every track of MUSIC is decoded and heard whole; made-up tracks (see `fingerprint_library`) fill
the index to `--size`. For each condition (see `clip_conditions`) clips are drawn by lot, each of
every second track and from a sample that are drawn too, and looked for among all; on clips of the
tracks between them the constants of the look-up were chosen. Chromaprint, if it is
installed, looks for the same clips among the real tracks alone. Clips of the folders `--strange`,
whose music must not be in MUSIC, are then looked for: what they find is false, and the scores of
the best tell what a score means. Answers that have a loop in common with their clip, by
correlation of the waveforms, are true in that, and counted apart. Kept in the cache folder:
decoded sound, noise.

A clip's answer is right if the track is, and its place right if it is within 0.1 s. Where another
track or place is named, the sound there is compared with the clip as it was before it was changed:
if the two are the same (correlation of the waveforms of .9 or more at the best of all shifts
within a quarter second), the music repeats itself, and the answer is right as well; how many these
were is a column of its own. Clips quieter than -60 dB are drawn anew.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import platformdirs
from chromaprint import Peer
from clip_conditions import Condition, changed, conditions
from fingerprint_library import Track, decoded, packed_landmarks, with_made_up
from numpy.typing import NDArray
from same_sound import is_same, shares_sound

from mir.evaluation import interval
from mir.evaluation.report import Cell, Report, Row, Table
from mir.fingerprint.identify import CERTAIN, LIKELY, Candidate, identify
from mir.fingerprint.index import FingerprintIndex
from mir.fingerprint.landmarks import clip_landmarks, landmarks
from mir.fingerprint.packing import VERSION
from mir.fingerprint.spectrum import SAMPLE_RATE
from mir.fingerprint.store import load, save

SEED = 2
NEAR = 0.1  # seconds within which a place is right
STRANGE = 1_000  # clips that are of no track, of each folder
STRANGE_SECONDS = (10, 3)
QUIETEST = 1e-3  # root mean square of a clip that is looked for

Sound = NDArray[np.float32]


def main() -> int:
    """Run the benchmark; return the exit status, 1 if a goal was missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("music", type=Path)
    parser.add_argument("--strange", type=Path, nargs="+", default=[], help="music not in MUSIC")
    parser.add_argument("--size", type=int, default=20_000, help="tracks in the index")
    parser.add_argument("--cases", type=int, default=500, help="clips for each condition")
    parser.add_argument("--answers", type=Path, help="a CSV file for every single answer")
    parser.add_argument("--only", nargs="+", help="conditions whose names begin so")
    parser.add_argument(
        "--cache", type=Path, default=Path(platformdirs.user_cache_dir("mir-bench"))
    )
    given = parser.parse_args()
    tracks = decoded(given.music, given.cache)
    facts, index = built(tracks, given.size, given.cache)
    peer = Peer(tracks)
    rows, met, note = [], True, Notes(given.answers)
    for condition in conditions(given.cache):
        if given.only and not condition.name.startswith(tuple(given.only)):
            continue
        row = asked(condition, tracks, index, peer, given.cases, note)
        met = met and row.cells["is"] != "missed"
        rows.append(row)
        print(row.name, {k: str(v) for k, v in row.cells.items()}, file=sys.stderr, flush=True)
    tables = [Table(f"{given.cases} clips among {len(index)} tracks", "clip", tuple(rows), NOTE)]
    false = [
        row for folder in given.strange for row in strange(folder, given.cache, tracks, index, note)
    ]
    tables.append(Table(f"{STRANGE} clips of other music each", "music", tuple(false), FALSE))
    print(Report("Fingerprints", facts | peer.facts, tuple(tables)).as_markdown())
    return 0 if met else 1


NOTE = (
    "found: the track is named with a score of at least 'likely'; first: it is the first named, "
    "whatever the score. place: of the found, within 0.1 s. again: answers counted as right since "
    "the same sound is there, too. ms: CPU of looking up (and of hearing the clip), median and "
    "95th percentile. Chromaprint: first among the real tracks alone."
)

FALSE = "Share that is said to be of a track, and the highest scores."


def built(
    tracks: Sequence[Track], size: int, cache: Path
) -> tuple[dict[str, str | int], FingerprintIndex]:
    """Hear and index all tracks, fill up to `size`; what it took, and the index."""
    packed = packed_landmarks(tracks)
    some = [track.sound() for track in tracks[:: max(1, len(tracks) // 50)]]
    begin = time.process_time()
    for sound in some:
        landmarks(sound, SAMPLE_RATE)
    heard = sum(map(len, some)) / SAMPLE_RATE / (time.process_time() - begin)
    begin = time.process_time()
    index = FingerprintIndex().add(packed)
    added = time.process_time() - begin
    seconds = sum(len(np.load(track.kept, mmap_mode="r")) for track in tracks) / SAMPLE_RATE
    index = filled(index, packed, size, cache / f"index-{size}-{len(packed)}-{VERSION}")
    facts: dict[str, str | int] = {
        "tracks": len(tracks),
        "hours": f"{seconds / 3600:.1f}",
        "bytes a minute": round(sum(map(len, packed.values())) / seconds * 60),
        "x real time, hearing": round(heard),
        "x real time, indexing": round(seconds / added),
        "postings": sum(len(segment.postings) for segment in index.segments),
        "segments": len(index.segments),
    }
    print(facts, file=sys.stderr, flush=True)
    return facts, index


def filled(
    index: FingerprintIndex, packed: dict[int, bytes], size: int, folder: Path
) -> FingerprintIndex:
    """The index with made-up tracks, mapped from `folder`, where it is kept."""
    if not folder.exists():
        save(folder, with_made_up(index, packed, size), size)
    return load(folder)[0]


class Notes:
    """Every single answer as a line of a CSV file, if one is asked for."""

    def __init__(self, path: Path | None) -> None:
        """Begin the file."""
        self._file = path.open("w", encoding="utf-8") if path else None

    def line(
        self, name: str, track: int, start: int, best: Candidate | None, near: bool, took: float
    ) -> None:
        """Write what a clip was, the first answer, whether its place is right, and its time."""
        if self._file:
            answer = (
                (best.track, best.offset, best.tempo, best.score, best.met, best.of)
                if best
                else (0,) * 6
            )
            print(
                f'"{name}"',
                track,
                start,
                *answer,
                int(near),
                took,
                sep=",",
                file=self._file,
                flush=True,
            )


def asked(
    condition: Condition,
    tracks: Sequence[Track],
    index: FingerprintIndex,
    peer: Peer,
    cases: int,
    note: Notes,
) -> Row:
    """Look for `cases` clips of a condition."""
    rng = np.random.default_rng(SEED)
    found = first = placed = again = theirs = 0
    milliseconds, hearing, scores = [], [], []
    for _ in range(cases):
        track, sound, start = _drawn(condition, tracks[1::2], rng)
        clip = changed(condition, track.path, sound, start, rng)
        plain = sound[start : start + len(clip)]
        answers, heard, took = timed(index, clip)
        milliseconds.append(took)
        hearing.append(heard)
        theirs += peer.first(clip) == track.id
        if not answers:
            scores.append(0.0)
            note.line(condition.name, track.id, start, None, False, took)
            continue
        best, place = answers[0], start / SAMPLE_RATE
        right = best.track == track.id
        near = right and abs(best.offset - place) <= NEAR
        if not near and best.track <= len(tracks):
            other = sound if right else tracks[best.track - 1].sound()
            same = is_same(plain, other, best.offset)
            again += same
            near, right = same, right or same
        note.line(condition.name, track.id, start, best, near, took)
        scores.append(best.score if right else 0.0)
        first += right
        found += right and best.score >= LIKELY
        placed += near and best.score >= LIKELY
    share = interval.proportion(found, cases)
    goal = condition.goal
    cells: dict[str, Cell] = {
        "found": share,
        "goal": goal,
        "is": None if goal is None else "met" if share.value >= goal else "missed",
        "first": interval.proportion(first, cases),
        "place": interval.proportion(placed, found) if found else None,
        "again": again,
        "score 5 %": round(float(np.percentile(scores, 5)), 1),
        "ms": f"{np.median(milliseconds):.0f} {np.percentile(milliseconds, 95):.0f}",
        "hearing ms": round(float(np.median(hearing)), 1),
        "Chromaprint": interval.proportion(theirs, cases) if peer.facts else None,
    }
    return Row(condition.name, cells)


def strange(
    folder: Path, cache: Path, tracks: Sequence[Track], index: FingerprintIndex, note: Notes
) -> list[Row]:
    """Look for clips of music that is not in the index."""
    others = decoded(folder, cache)
    return [
        _strange(folder.name, seconds, others, tracks, index, note) for seconds in STRANGE_SECONDS
    ]


def _strange(
    name: str,
    seconds: int,
    others: Sequence[Track],
    tracks: Sequence[Track],
    index: FingerprintIndex,
    note: Notes,
) -> Row:
    condition = Condition(f"{name}, {seconds} s", seconds, None)
    long = [each for each in others if len(np.load(each.kept, mmap_mode="r")) > 88_000]
    rng = np.random.default_rng(SEED)
    scores, shared = [], 0
    for number in range(STRANGE):
        track = long[number % len(long)]
        sound = track.sound()
        start = int(rng.integers(0, len(sound) - seconds * SAMPLE_RATE))
        clip = changed(condition, track.path, sound, start, rng)
        answers, _, took = timed(index, clip)
        note.line(condition.name, track.id, start, answers[0] if answers else None, False, took)
        scores.append(answers[0].score if answers else 0.0)
        if answers and answers[0].score >= LIKELY and answers[0].track <= len(tracks):
            best = answers[0]
            shared += shares_sound(clip, tracks[best.track - 1].sound(), best.offset)
    ordered = np.sort(scores)[::-1]
    cells: dict[str, Cell] = {
        "likely": interval.proportion(int((ordered >= LIKELY).sum()), len(scores)),
        "of them a common loop": shared,
        "certain": interval.proportion(int((ordered >= CERTAIN).sum()), len(scores)),
        **{f"top {n}": round(float(ordered[n - 1]), 2) for n in (1, 3, 10, 30, 100)},
    }
    return Row(condition.name, cells)


def timed(index: FingerprintIndex, clip: Sound) -> tuple[tuple[Candidate, ...], float, float]:
    """The answers, and the CPU milliseconds of hearing and of looking up."""
    begin = time.process_time()
    heard = clip_landmarks(clip, SAMPLE_RATE)
    middle = time.process_time()
    answers = identify(index, heard)
    end = time.process_time()
    return answers, 1000 * (middle - begin), 1000 * (end - middle)


def _drawn(
    condition: Condition, tracks: Sequence[Track], rng: np.random.Generator
) -> tuple[Track, Sound, int]:
    """A track, its sound and a first sample, so that the clip is not silent."""
    needed = round((condition.seconds * max(1.0, condition.tempo) + 0.5) * SAMPLE_RATE)
    while True:
        track = tracks[int(rng.integers(len(tracks)))]
        sound = track.sound()
        if len(sound) < needed:
            continue
        start = int(rng.integers(0, len(sound) - needed + 1))
        if np.sqrt((sound[start : start + needed] ** 2).mean()) >= QUIETEST:
            return track, sound, start


if __name__ == "__main__":
    sys.exit(main())
