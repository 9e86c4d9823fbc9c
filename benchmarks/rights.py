"""Are samples of a library found in other music, and is nothing found where nothing is?

    python benchmarks/rights.py HOME OTHER [--cases 4]

HOME is an indexed library, OTHER a folder of music that is not in it. For each kind of mix, tracks
of the library are drawn by lot, and seconds of them are laid into a minute of OTHER, alone or under
it, as an mp3 of 128 kbit/s: at 0 dB as loud as the music around it, at -6 dB half as loud. Whole
tracks are coded anew, and files of OTHER checked as they are.

Right is a finding of the track that was drawn, or of one that the library itself knows to share
sound with it; its place is right within half a second, where the track does not repeat itself.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from transcoding import SAMPLE_RATE, encode, read_stereo

from mir.catalogue import matches, tracks
from mir.catalogue.tracks import Track
from mir.engine import Engine, open_engine
from mir.evaluation import interval
from mir.evaluation.report import Cell, Report, Row, Table
from mir.rights_check.check import Checker
from mir.rights_check.findings import Finding, Kind
from mir.rights_check.hearing import hear_file
from mir.settings import load_settings

SEED = 11
SAMPLES = (5, 10, 20)  # seconds
LEVELS: dict[str, float | None] = {"alone": None, "under it, 0 dB": 0.0, "under it, -6 dB": -6.0}
HOST = 60  # seconds of other music around a sample
NEAR = 0.5  # seconds within which a place is right
LONGEST = 240  # seconds of a track that is coded anew
BIT_RATE = 128_000


@dataclass(frozen=True, slots=True)
class Case:
    """A file that was made, what it has, and what it was made of."""

    content: bytes
    track: int | None  # None: nothing of the library
    offset: float  # seconds of the track at the file's begin
    seconds: float  # of the track that are in it


def main() -> int:
    """Run the benchmark; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("home", type=Path)
    parser.add_argument("other", type=Path)
    parser.add_argument("--cases", type=int, default=4, help="mixes of each kind")
    given = parser.parse_args()
    begin = time.process_time()
    with open_engine(load_settings({}, home=given.home)) as engine:
        bench = _Bench(engine, sorted(_sounds(given.other)), given.cases)
        rows = [bench.row(name, cases) for name, cases in bench.kinds()]
        facts: dict[str, str | int] = {
            "tracks": bench.checker.among,
            "CPU s a minute checked": f"{60 * bench.took / bench.seconds:.2f}",
            "CPU s in all": round(time.process_time() - begin),
        }
    note = (
        "found: the track, at the right place. certain: of those found. others: findings of other "
        "tracks by sound. versions: likely versions told of other tracks."
    )
    table = Table("Files made of both", "files", tuple(rows), note)
    print(Report("Rights checks", facts, (table,)).as_markdown())
    return 0


class _Bench:
    def __init__(self, engine: Engine, other: Sequence[Path], cases: int) -> None:
        self.checker = Checker(engine)
        self.took = self.seconds = 0.0
        self._other, self._cases = other, cases
        self._rng = np.random.default_rng(SEED)
        with engine.catalogue.session() as session:
            listed = tracks.page(session, limit=500).items
            self._sharing: dict[int, set[int]] = {}
            for each in matches.every(session, "sound"):
                self._sharing.setdefault(each.first, set()).add(each.second)
                self._sharing.setdefault(each.second, set()).add(each.first)
        self._tracks = [each for each in listed if 40 <= each.seconds <= LONGEST]

    def kinds(self) -> Iterator[tuple[str, list[Case]]]:
        """The files of each kind, made when they are asked for."""
        for seconds in SAMPLES:
            for name, level in LEVELS.items():
                yield (
                    f"{seconds} s {name}",
                    [self._mix(track, seconds, level) for track in self._drawn()],
                )
        yield (
            "whole tracks",
            [
                Case(_mp3(read_stereo(each.paths[0], 0, LONGEST + 1)), each.id, 0.0, each.seconds)
                for each in self._drawn()
            ],
        )
        yield "other music", [Case(self._host(), None, 0.0, 0.0) for _ in range(2 * self._cases)]

    def row(self, name: str, cases: Sequence[Case]) -> Row:
        """What was found in the files of a kind."""
        found = certain = same = others = versions = 0
        for case in cases:
            begin = time.process_time()
            heard = hear_file(case.content)
            findings = self.checker.check(heard).findings
            self.took += time.process_time() - begin
            self.seconds += heard.seconds
            right = {case.track} | self._sharing.get(case.track or 0, set())
            hits = [each for each in findings if self._hit(each, case)]
            found += bool(hits)
            certain += any(each.verdict == "certain" for each in hits)
            same += any(each.kind is Kind.SAME for each in hits)
            wrong = [each for each in findings if each.track.id not in right]
            others += sum(1 for each in wrong if each.kind is not Kind.VERSION)
            versions += sum(1 for each in wrong if each.kind is Kind.VERSION)
        print(name, found, len(cases), others, versions, file=sys.stderr, flush=True)
        sought = cases[0].track is not None
        cells: dict[str, Cell] = {
            "n": len(cases),
            "found": interval.proportion(found, len(cases)) if sought else None,
            "certain": certain if sought else None,
            "same recording": same if sought else None,
            "others": others,
            "versions": versions,
        }
        return Row(name, cells)

    def _hit(self, finding: Finding, case: Case) -> bool:
        return finding.track.id == case.track and any(
            abs(each.track_start - each.start - case.offset) <= NEAR for each in finding.shared
        )

    def _drawn(self) -> list[Track]:
        places = self._rng.choice(len(self._tracks), self._cases, replace=False)
        return [self._tracks[place] for place in places]

    def _mix(self, track: Track, seconds: int, level: float | None) -> Case:
        host = self._host_sound()
        begin = self._rng.uniform(5, track.seconds - seconds - 5)
        sample = read_stereo(track.paths[0], begin, seconds)
        first = int(self._rng.integers(5 * SAMPLE_RATE, len(host) - len(sample) - 5 * SAMPLE_RATE))
        around = host[first : first + len(sample)]
        loud = np.sqrt((around**2).mean() / max(1e-9, float((sample**2).mean())))
        sample = sample * loud * 10 ** ((level or 0.0) / 20)
        host[first : first + len(sample)] = sample if level is None else around + sample
        at = first / SAMPLE_RATE
        return Case(_mp3(host), track.id, begin - at, seconds)

    def _host(self) -> bytes:
        return _mp3(self._host_sound())

    def _host_sound(self) -> np.ndarray:
        """A minute (n, 2) of pieces of other music."""
        parts: list[np.ndarray] = []
        while sum(map(len, parts)) < HOST * SAMPLE_RATE:
            path = self._other[int(self._rng.integers(len(self._other)))]
            parts.append(read_stereo(path, 0, HOST))
        return np.concatenate(parts)[: HOST * SAMPLE_RATE]


def _mp3(samples: np.ndarray) -> bytes:
    return encode(samples / max(1.0, float(np.abs(samples).max())), "mp3", BIT_RATE)


def _sounds(folder: Path) -> Iterator[Path]:
    suffixes = {".opus", ".ogg", ".mp3", ".flac", ".wav", ".m4a"}
    return (path for path in folder.rglob("*") if path.suffix.lower() in suffixes)


if __name__ == "__main__":
    sys.exit(main())
