"""Decodes music once: what there is to learn from becomes network input in a file beside the run.

The frames of all files lie one behind the other in `KEY.f16` (float16, about 45 MB an hour of
music); `KEY.jsonl` says what lies where, a line a file, written when its frames are. So a
run that was killed while decoding goes on with the next file. KEY is a digest of the files,
their sizes and times, and of what is wanted of them: changed music is decoded anew.

Files are decoded in processes of their own. One that cannot be heard, or that kills its
process, is noted with the reason and costs nothing else.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import blake2b
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mir.audio.decode import Span, probe, read_spans, read_start
from mir.errors import MirError
from mir.features.mel import FeatureSpec, mel_spectrogram
from mir.features.patches import PATCH_FRAMES, cut_patches, network_input
from mir.passages import PASSAGE_SECONDS, plan_spans
from mir.training.workers import in_processes

# Heard of a file of which nothing particular is wanted; they bound what any length costs.
PASSAGES = 5

Frames = NDArray[np.float16]  # (frames, n_mels)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file and the spans to decode of it; without spans, up to five passages of 18 seconds."""

    file: str  # relative to the data folder
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Decoding:
    """How far decoding has come."""

    done: int
    total: int
    file: str


@dataclass(frozen=True, slots=True)
class Kept:
    """Where a span of a file lies in the cache: `patches` times PATCH_FRAMES from `offset`."""

    file: str
    span: int  # which of the wanted spans
    offset: int  # frames
    patches: int


@dataclass(frozen=True, slots=True, eq=False)
class Cache:
    """Decoded music."""

    frames: Frames  # of all files, mapped into memory
    kept: tuple[Kept, ...]
    skipped: Mapping[str, str]  # files that could not be heard, and why
    key: str


def open_cache(
    data: Path,
    wanted: Sequence[Wanted],
    folder: Path,
    jobs: int = 1,
    progress: Callable[[Decoding], None] = lambda state: None,
) -> Cache:
    """Decode what is not decoded yet of `wanted` (paths relative to `data`) into `folder`."""
    spec = FeatureSpec()
    key = _key(data, wanted, spec)
    frames_path, index_path = folder / f"{key}.f16", folder / f"{key}.jsonl"
    folder.mkdir(parents=True, exist_ok=True)
    lines, frame_count = _read_index(index_path)
    with frames_path.open("ab") as frames_out, index_path.open("a", encoding="utf-8") as index_out:
        frames_out.truncate(frame_count * spec.n_mels * 2)  # what a kill left half written
        rest = wanted[len(lines) :]
        work = partial(decode_file, data, spec=spec)
        for one, found in zip(rest, in_processes(work, rest, jobs), strict=True):
            line: dict[str, object] = {"file": one.file}
            if not isinstance(found, list):
                line["error"] = found or f"{one.file} killed the process that decoded it"
            else:
                line["kept"] = [[span, len(frames) // PATCH_FRAMES] for span, frames in found]
                for _, frames in found:
                    frames_out.write(frames.tobytes())
            frames_out.flush()
            index_out.write(json.dumps(line) + "\n")
            index_out.flush()
            lines.append(line)
            progress(Decoding(len(lines), len(wanted), one.file))
    kept, skipped = _laid_out(lines)
    size = frames_path.stat().st_size
    frames = np.memmap(frames_path, np.float16, "r") if size else np.empty(0, np.float16)
    return Cache(frames.reshape(-1, spec.n_mels), kept, skipped, key)


def decode_file(data: Path, wanted: Wanted, spec: FeatureSpec) -> list[tuple[int, Frames]] | str:
    """Network input of each span that has sound, with its number; or why there is none.

    Each span is levelled by itself, as a passage is in use, and cut to whole patches; one that
    is shorter than a patch is repeated until it fills one.
    """
    path = data / wanted.file
    try:
        spans = wanted.spans or passages(probe(path).seconds)
        excerpts = read_spans(path, spans, spec.sample_rate)
        if not excerpts and not wanted.spans:  # the header lied about the length
            spans = (Span(0.0, PASSAGE_SECONDS),)
            excerpts = [read_start(path, spec.sample_rate, PASSAGE_SECONDS)]
    except (MirError, OSError) as error:
        return str(error)
    found = []
    for number, span in enumerate(spans):
        sound = [each.samples for each in excerpts if abs(each.start - span.start) < 1e-3]
        if not sound or len(sound[0]) < spec.sample_rate or not sound[0].any():
            continue
        frames = network_input(mel_spectrogram(sound[0], spec))
        if len(frames) < PATCH_FRAMES:
            frames = cut_patches(frames)[0]
        whole = len(frames) // PATCH_FRAMES * PATCH_FRAMES
        found.append((number, frames[:whole].astype(np.float16)))
    return found or f"{wanted.file} holds less than a second of sound where it was wanted"


def passages(seconds: float | None) -> tuple[Span, ...]:
    """Where to listen in a file of `seconds` (None: unknown): all of it, or five places."""
    return tuple(plan_spans(PASSAGE_SECONDS if seconds is None else seconds, PASSAGES))


def _key(data: Path, wanted: Sequence[Wanted], spec: FeatureSpec) -> str:
    digest = blake2b(repr(spec).encode(), digest_size=8)
    for one in wanted:
        try:
            stat = (data / one.file).stat()
            state = f"{stat.st_size} {stat.st_mtime_ns}"
        except OSError:
            state = "missing"
        digest.update(f"{one!r} {state}\n".encode(errors="surrogateescape"))
    return digest.hexdigest()


def _read_index(path: Path) -> tuple[list[dict[str, object]], int]:
    """The whole lines of an index, and how many frames they stand for."""
    if not path.exists():
        return [], 0
    text = path.read_text("utf-8")
    whole = text[: text.rfind("\n") + 1]
    if whole != text:
        path.write_text(whole, "utf-8")
    lines = [json.loads(line) for line in whole.splitlines()]
    kept, _ = _laid_out(lines)
    return lines, sum(each.patches for each in kept) * PATCH_FRAMES


def _laid_out(lines: Sequence[Mapping[str, object]]) -> tuple[tuple[Kept, ...], dict[str, str]]:
    kept: list[Kept] = []
    skipped: dict[str, str] = {}
    offset = 0
    for line in lines:
        file = str(line["file"])
        if "error" in line:
            skipped[file] = str(line["error"])
            continue
        for span, patches in line["kept"]:  # type: ignore[attr-defined]
            kept.append(Kept(file, span, offset, patches))
            offset += patches * PATCH_FRAMES
    return tuple(kept), skipped
