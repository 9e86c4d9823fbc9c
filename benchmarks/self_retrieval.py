"""Does a 10-second excerpt, as a 64 kbit/s mp3, find the track it was cut from?

    python benchmarks/self_retrieval.py FOLDER [--clips 300] [--jobs 2] [--ideas-only]

Indexes the folder as `mir index` does, asks `mir.search` with excerpts from random places, from
inside what was analysed and from outside of it, and prints success at 1 and at 10 with Wilson's
95 % intervals. Beside the search stand other ways to rank, the track's vector alone
among them, all computed from the same vectors.

The catalogue, the clips and their vectors are kept in the cache folder (`--cache`, by default the
user's), by model, so that a second run with another ranking takes seconds with
`--ideas-only`. Exit status 1 says that the search missed a bar.
"""

import argparse
import hashlib
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import platformdirs
from excerpts import KINDS, Excerpt, clip, draw
from numpy.typing import NDArray
from ranking_ideas import IDEAS, Clips, Library, ranks

from indexer.ingest import Progress, ingest
from mir.audio.decode import read_start
from mir.catalogue import embeddings, tracks
from mir.engine import Engine, open_engine
from mir.errors import AudioError
from mir.evaluation import interval
from mir.evaluation.report import Report, Row, Table
from mir.features.mel import mel_spectrogram
from mir.listen import Ear
from mir.model.embedder import Embedder
from mir.search.query import search_clip
from mir.settings import load_settings

SEED = 1
LEAST_TRACKS = 800
BARS = (("anywhere", 10, 0.70), ("analysed", 10, 0.95), ("unheard", 1, 0.65), ("unheard", 10, 0.85))
TITLES = {
    "anywhere": "from random places",
    "analysed": "from inside what was analysed",
    "unheard": "from outside what was analysed",
}


def main() -> int:
    """Run the benchmark; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--clips", type=int, default=300, help="excerpts of each kind")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument(
        "--cache", type=Path, default=Path(platformdirs.user_cache_dir("mir-bench"))
    )
    parser.add_argument("--ideas-only", action="store_true", help="do not ask the search itself")
    given = parser.parse_args()
    model = load_settings(os.environ).model
    return run(
        given.folder.resolve(),
        given.cache,
        given.clips,
        given.jobs,
        partial(Embedder.load, model),
        ask=not given.ideas_only,
    )


def run(
    folder: Path, cache: Path, each: int, jobs: int, load: Callable[[], Ear], *, ask: bool
) -> int:
    """Index, cut, ask and print; see the module's text. `load` gives a worker its model."""
    embedder = load()
    model_id = embedder.info.model_id
    here = cache / hashlib.sha256(str(folder).encode("utf-8", "surrogateescape")).hexdigest()[:12]
    home = here / f"home-{model_id}"
    settings = load_settings({}, home=home, jobs=jobs)
    with open_engine(settings, embedder) as engine:
        report = ingest(engine, [folder], jobs=jobs, progress=_show)
        print(f"\nindexed: {report}", file=sys.stderr)
        lengths = _lengths(engine)
        excerpts = draw(lengths, each, SEED)
        clips = _cut(excerpts, here / f"clips-{SEED}-{each}")
        held = [(e, c) for e, c in zip(excerpts, clips, strict=True) if c]
        excerpts, clips = [e for e, _ in held], [c for _, c in held]
        ids, library = _library(engine, model_id)
        place = {int(track): position for position, track in enumerate(ids)}
        with engine.catalogue.session() as session:
            owners = [tracks.by_path(session, e.path) for e in excerpts]
        truth = np.array([place[int(owner or 0)] for owner in owners])
        heard = _hear(clips, embedder, here / f"vectors-{model_id}-{SEED}-{each}.npz")
        results = {name: ranks(idea(library, heard), truth) for name, idea in IDEAS.items()}
        if ask:
            results = {"search_clip": _ask(engine, clips, ids[truth])} | results
    return _print(results, excerpts, len(ids), model_id)


def _show(progress: Progress) -> None:
    rate = progress.music_seconds / max(progress.elapsed, 1e-9)
    _tell(
        f"indexing {progress.done}/{progress.total}, {progress.failures} failed, "
        f"{rate:.0f} x real time"
    )


def _tell(text: str) -> None:
    """Overwrite one line on a terminal; say nothing elsewhere."""
    if sys.stderr.isatty():
        print(f"\r{text} ", end="", file=sys.stderr)


def _lengths(engine: Engine) -> list[tuple[Path, float]]:
    with engine.catalogue.session() as session:
        ids = embeddings.ids_with(session, engine.model_id).tolist()
        everything = tracks.get_many(session, ids).values()
    return sorted((min(track.paths), track.seconds) for track in everything)


def _library(engine: Engine, model_id: str) -> tuple[NDArray[np.int64], Library]:
    with engine.catalogue.session() as session:
        ids, matrix = embeddings.all_vectors(session, model_id)
        parts = embeddings.passages(session, ids.tolist(), model_id)
    counts = [len(parts[int(track)]) for track in ids]
    first = np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int64)
    return ids, Library(matrix, np.concatenate([parts[int(track)] for track in ids]), first)


def _cut(excerpts: Sequence[Excerpt], folder: Path) -> list[bytes]:
    """Cut and encode the excerpts, or read those that an earlier run cut at the same places."""
    folder.mkdir(parents=True, exist_ok=True)
    places = json.dumps([[e.kind, os.fsencode(e.path).hex(), e.start] for e in excerpts])
    note = folder / "places.json"
    if not note.exists() or note.read_text() != places:
        note.unlink(missing_ok=True)
        for number, excerpt in enumerate(excerpts):
            (folder / f"{number}.mp3").write_bytes(clip(excerpt))
            _tell(f"cutting {number + 1}/{len(excerpts)}")
        note.write_text(places)
    return [(folder / f"{number}.mp3").read_bytes() for number in range(len(excerpts))]


def _hear(clips: Sequence[bytes], embedder: Ear, kept: Path) -> Clips:
    """Vectors of the clips and of their halves, from `kept` if they are the same clips."""
    digest = hashlib.sha256(b"".join(clips)).hexdigest()
    if kept.exists():
        with np.load(kept) as stored:
            if str(stored["digest"]) == digest:
                return Clips(stored["whole"], stored["halves"])
    whole, halves = [], []
    spec = embedder.info.spec
    for number, content in enumerate(clips):
        samples = read_start(content, spec.sample_rate, 30.0).samples
        middle = len(samples) // 2
        whole.append(embedder.hear([mel_spectrogram(samples, spec)]).vector)
        parts = (samples[:middle], samples[middle:])
        halves.append([embedder.hear([mel_spectrogram(part, spec)]).vector for part in parts])
        _tell(f"hearing {number + 1}/{len(clips)}")
    heard = Clips(np.array(whole, np.float32), np.array(halves, np.float32))
    np.savez(kept, whole=heard.whole, halves=heard.halves, digest=digest)
    return heard


def _ask(engine: Engine, clips: Sequence[bytes], owners: NDArray[np.int64]) -> NDArray[np.int64]:
    """Rank of the true track among the first ten of the search itself; 11 if not there.

    A clip that the search refuses, because its place is silent, is not found.
    """
    found = []
    started = time.perf_counter()
    for content, owner in zip(clips, owners, strict=True):
        try:
            hits = search_clip(engine, content, None, 10).hits
        except AudioError as error:
            _tell(str(error))
            hits = ()
        place = [hit.track.id for hit in hits]
        found.append(place.index(int(owner)) + 1 if int(owner) in place else 11)
    seconds = time.perf_counter() - started
    print(f"search_clip: {1000 * seconds / len(clips):.0f} ms a clip", file=sys.stderr)
    return np.array(found)


def _print(
    results: dict[str, NDArray[np.int64]],
    excerpts: Sequence[Excerpt],
    track_count: int,
    model_id: str,
) -> int:
    kinds = np.array([excerpt.kind for excerpt in excerpts])
    tables = []
    for kind in KINDS:
        rows = []
        for name, found in results.items():
            those = found[kinds == kind]
            cells = {
                f"@{k}": interval.proportion(int((those <= k).sum()), len(those)) for k in (1, 10)
            }
            rows.append(Row(name, cells))
        title = f"{int((kinds == kind).sum())} {TITLES[kind]}, among {track_count} tracks"
        note = "Share of excerpts whose own track is first (@1) or among ten (@10)."
        tables.append(Table(title, "ranking", tuple(rows), note))
    print(Report("Self-retrieval of excerpts", {"id": model_id}, tuple(tables)).as_markdown())
    name, found = next(iter(results.items()))
    missed = False
    for kind, k, bar in BARS:
        share = float((found[kinds == kind] <= k).mean())
        verdict = "met" if share >= bar else "MISSED"
        missed |= share < bar
        print(f"bar {verdict}: {name}, {TITLES[kind]} @{k} = {share:.3f}, wanted {bar:.2f}")
    if track_count < LEAST_TRACKS:
        print(f"note: only {track_count} tracks; the bars are for at least {LEAST_TRACKS}")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
