"""Where the milliseconds of indexing go: the CPU time of each stage for a track of four minutes.

    python benchmarks/stages.py MUSIC [--tracks N] [--rounds N]

Each stage is run by itself on what the one before made; beside them stand the whole as a worker
does it, and mpg123, which decodes the same file and does nothing else.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import soundfile
from four_minutes import SECONDS, encode
from indexing_speed import use_one_thread
from peers import quick_peers

from indexer.analyse import analyse
from mir.audio.decode import probe, read_spans
from mir.audio.identity import audio_hash
from mir.audio.tags import read_tags
from mir.features import key, loudness, mfcc, tempo
from mir.features.descriptors import decibels
from mir.features.mel import mel_spectrogram
from mir.model.embedder import Embedder
from mir.passages import plan_spans

T = TypeVar("T")


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("music", type=Path, help="a folder of music, searched through")
    parser.add_argument("--tracks", type=int, default=6)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    use_one_thread()
    embedder = Embedder.load()
    bare = quick_peers().get("mpg123: decode")
    costs: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        tracks = encode(options.music, Path(folder), options.tracks, options.seed)
        analyse(tracks[0], [embedder])
        for _ in range(options.rounds):
            for track in tracks:
                _stages(track, embedder, costs)
                _clock(costs, "a worker, all of it", lambda path=track: analyse(path, [embedder]))
                if bare is not None:
                    costs.setdefault("mpg123, decoding it whole", []).append(1000 * bare(track))
    medians = {name: statistics.median(times) for name, times in costs.items()}
    whole = medians["a worker, all of it"]
    print(
        f"{options.tracks} mp3 of {SECONDS:g} s, {options.rounds} rounds, median CPU ms of a track"
    )
    for name, cost in medians.items():
        print(f"{name:44} {cost:8.1f} {100 * cost / whole:6.0f} %")
    return 0


def _stages(path: Path, embedder: Embedder, costs: dict[str, list[float]]) -> None:
    """Clock each stage of the analysis of one track."""
    spec = embedder.info.spec
    _clock(costs, "identity: read all bytes, digest them", lambda: audio_hash(path))
    _clock(costs, "tags", lambda: read_tags(path))
    seconds = _clock(costs, "header", lambda: probe(path)).seconds
    spans = plan_spans(seconds)
    excerpts = _clock(
        costs, "decode 54 s, to mono, to 16 kHz", lambda: read_spans(path, spans, spec.sample_rate)
    )

    def decode() -> None:
        with soundfile.SoundFile(path) as file:
            for span in spans:
                file.seek(round(span.start * file.samplerate))
                file.read(round(span.seconds * file.samplerate), "float32")

    def seek() -> None:
        with soundfile.SoundFile(path) as file:
            for span in spans:
                file.seek(round(span.start * file.samplerate))
                file.read(1, "float32")

    _clock(costs, "  of it: libsndfile alone", decode)
    _clock(costs, "  of it: seeking alone", seek)
    sound = [excerpt.samples for excerpt in excerpts]
    mels = _clock(costs, "mel spectrogram", lambda: [mel_spectrogram(s, spec) for s in sound])
    levels = _clock(costs, "decibels", lambda: decibels(mels))
    _clock(costs, "tempo", lambda: tempo.estimate(levels, spec.frame_rate))
    _clock(costs, "key", lambda: key.estimate(sound, spec.sample_rate))
    _clock(costs, "loudness", lambda: loudness.integrated(sound, spec.sample_rate))
    _clock(costs, "MFCC", lambda: mfcc.statistics(levels))
    _clock(costs, "network, genres, moods, instruments", lambda: embedder.hear(mels))


def _clock(costs: dict[str, list[float]], name: str, work: Callable[[], T]) -> T:
    begin = time.process_time()
    result = work()
    costs.setdefault(name, []).append(1000 * (time.process_time() - begin))
    return result


if __name__ == "__main__":
    sys.exit(main())
