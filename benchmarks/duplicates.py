"""Are copies found as copies, excerpts as excerpts, and is nothing else called the same recording?

    python benchmarks/duplicates.py MUSIC [--cases 40] [--cache FOLDER]

First every track of MUSIC is compared with all others, and what is called the same recording is
held against the waveforms: at the place that the landmarks say, the sound of both is correlated in
five-second pieces, at the best of all shifts within a quarter second. Where they are one recording
the middle piece correlates near 1, however each was coded; where an instrument was added or the
mix is another, it does not.

Then tracks of up to four minutes are drawn by lot, coded anew as whole files, and compared with
MUSIC; and of each a piece of 15 to 60 seconds from anywhere, as an mp3.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import platformdirs
from fingerprint_library import Track, decoded, packed_landmarks
from scipy.signal import fftconvolve
from transcoding import SAMPLE_RATE as STEREO_RATE
from transcoding import encode, read_stereo

from mir.catalogue.matches import Match
from mir.comparison import sound_match
from mir.duplicates.relation import Relation, related
from mir.evaluation import interval
from mir.evaluation.report import Report, Row, Table
from mir.fingerprint.index import FingerprintIndex
from mir.fingerprint.overlap import overlaps
from mir.fingerprint.spectrum import SAMPLE_RATE
from mir.fingerprinting import fingerprint

SEED = 7
CODINGS = {
    "mp3, 128 kbit/s": ("mp3", 128_000),
    "mp3, 64 kbit/s": ("mp3", 64_000),
    "mp3, 32 kbit/s": ("mp3", 32_000),
    "opus, 32 kbit/s": ("opus", 32_000),
    "AAC, 96 kbit/s": ("m4a", 96_000),
}
LONGEST = 240  # seconds of a track that is coded anew
EXCERPT = (15, 60)  # seconds
NEAR = 0.1  # seconds within which a place is right
PIECE = 5 * SAMPLE_RATE
NEW = 10**6  # the id of what is compared


def main() -> int:
    """Run the benchmark; return the exit status, 1 if something was called the same that is not."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("music", type=Path)
    parser.add_argument("--cases", type=int, default=40, help="tracks that are coded anew")
    parser.add_argument(
        "--cache", type=Path, default=Path(platformdirs.user_cache_dir("mir-bench"))
    )
    given = parser.parse_args()
    tracks = decoded(given.music, given.cache)
    index = FingerprintIndex().add(packed_landmarks(tracks))
    pairs, facts = _compared(index, tracks)
    rows = [_row(match, tracks) for match in pairs]
    false = [row for row in rows if row.cells["is"] == "same recording" and row.cells["r"] < 0.9]
    coded = tuple(_coded_anew(index, tracks, given.cases))
    report = Report(
        "Duplicates",
        facts | {"called the same and not so": len(false)},
        (
            Table("Pairs that share sound, most first", "pair", tuple(rows), PAIRS),
            Table(f"{given.cases} tracks coded anew", "as", coded, CODED),
        ),
    )
    print(report.as_markdown())
    return 1 if false else 0


PAIRS = "shares: of each one's landmarks. r: correlation of the waveforms, median of the pieces."
CODED = (
    "found: the right relation to the track that it was made from. agreement: 5th percentile and "
    "median. place: right within 0.1 s. others: further tracks called the same recording."
)


def _compared(
    index: FingerprintIndex, tracks: Sequence[Track]
) -> tuple[list[Match], dict[str, str | int]]:
    """Every pair of tracks once, the most shared first, and what it took."""
    found: dict[tuple[int, int], Match] = {}
    begin = time.process_time()
    for track in tracks:
        for overlap in overlaps(index, track.id):
            match = sound_match(track.id, overlap)
            key = min(match.first, match.second), max(match.first, match.second)
            if key not in found or found[key].seconds < match.seconds:
                found[key] = match
    took = (time.process_time() - begin) / len(tracks)
    seen = [each.seen_from(min(each.first, each.second)) for each in found.values()]
    seen.sort(key=lambda each: -min(each.first_share, each.second_share))
    return seen, {
        "tracks": len(tracks),
        "pairs of tracks": len(tracks) * (len(tracks) - 1) // 2,
        "pairs that share sound": len(seen),
        "CPU ms a track": round(1000 * took),
    }


def _row(match: Match, tracks: Sequence[Track]) -> Row:
    first, second = tracks[match.first - 1], tracks[match.second - 1]
    names = f"{first.path.stem} / {second.path.stem}"
    cells = {
        "is": str(related(match, None).relation),
        "s": round(match.seconds),
        "shares": f"{match.first_share:.2f} {match.second_share:.2f}",
        "agreement": round(match.agreement or 0.0, 2),
        "tempo": round(match.tempo, 3),
        "r": round(correlation(first.sound(), second.sound(), match), 3),
    }
    return Row(names, cells)


def correlation(first: np.ndarray, second: np.ndarray, match: Match) -> float:
    """The median over pieces of both sounds at the places that a match says; 0 without any."""
    found = []
    for shared in match.stretches:
        starts = np.arange(shared.first_start, shared.first_end - 5, 5.0)
        for start in starts:
            at = shared.second_start + (start - shared.first_start) / match.tempo
            piece = first[round(start * SAMPLE_RATE) :][:PIECE].astype(np.float64)
            begin = max(0, round((at - 0.25) * SAMPLE_RATE))
            around = second[begin : begin + PIECE + SAMPLE_RATE // 2].astype(np.float64)
            if len(piece) == PIECE and len(around) >= PIECE and np.abs(piece).max() > 1e-3:
                found.append(_best(piece, around))
    return float(np.median(found)) if found else 0.0


def _best(piece: np.ndarray, around: np.ndarray) -> float:
    products = fftconvolve(around, piece[::-1], "valid")
    sums = np.concatenate([[0], np.cumsum(around**2)])
    energies = sums[len(piece) :] - sums[: -len(piece)]
    return float((np.abs(products) / np.sqrt(np.maximum(energies * (piece**2).sum(), 1e-12))).max())


def _coded_anew(index: FingerprintIndex, tracks: Sequence[Track], cases: int) -> Iterator[Row]:
    rng = np.random.default_rng(SEED)
    short = [each for each in tracks if EXCERPT[1] < len(each.sound()) / SAMPLE_RATE <= LONGEST]
    drawn = [short[i] for i in rng.choice(len(short), cases, replace=False)]
    coded: dict[str, dict[int, bytes]] = {name: {} for name in CODINGS}
    cut, begins = {}, {}
    for each in drawn:
        sound = read_stereo(each.path, 0, LONGEST + 1)
        for name, (suffix, rate) in CODINGS.items():
            coded[name][each.id] = encode(sound, suffix, rate)
        seconds = rng.uniform(*EXCERPT)
        begins[each.id] = rng.uniform(0, len(sound) / STEREO_RATE - seconds)
        first = round(begins[each.id] * STEREO_RATE)
        cut[each.id] = encode(sound[first : first + round(seconds * STEREO_RATE)], "mp3", 96_000)
    for name, files in coded.items():
        yield _found(index, name, files, dict.fromkeys(files, 0.0), Relation.SAME)
    yield _found(index, "excerpt, mp3, 96 kbit/s", cut, begins, Relation.EXCERPT)


def _found(
    index: FingerprintIndex,
    name: str,
    coded: dict[int, bytes],
    begins: dict[int, float],
    relation: Relation,
) -> Row:
    right = placed = others = 0
    agreements = []
    for track, content in coded.items():
        heard = fingerprint(content).landmarks
        found = [sound_match(NEW, each) for each in overlaps(index.add({NEW: heard}), NEW)]
        told = {each.second: related(each, None) for each in found}
        if track in told:
            match = told[track].match.seen_from(NEW)
            right += told[track].relation == relation
            first = match.stretches[0]
            placed += abs(first.second_start - first.first_start - begins[track]) <= NEAR
            agreements.append(match.agreement or 0.0)
        same = [i for i, each in told.items() if each.relation == Relation.SAME and i != track]
        others += len(same)
    low, middle = np.percentile(agreements, [5, 50])
    print(name, right, len(coded), file=sys.stderr, flush=True)
    return Row(
        name,
        {
            "found": interval.proportion(right, len(coded)),
            "agreement": f"{low:.2f} {middle:.2f}",
            "place": interval.proportion(placed, len(coded)),
            "others": others,
        },
    )


if __name__ == "__main__":
    sys.exit(main())
