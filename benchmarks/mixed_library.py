"""A library of real tracks in every format, made from a folder of music for a benchmark."""

import os
import random
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from transcoding import FORMATS, read_stereo, write

AUDIO = (".mp3", ".flac", ".ogg", ".opus", ".wav", ".aiff", ".aif", ".m4a", ".wma")
EACH_FORMAT = 3  # tracks transcoded to each
_SECONDS = 90.0  # of a transcoded track


@dataclass(frozen=True, slots=True)
class Mixed:
    """What was laid out: the files by format, and where each transcoded one came from."""

    transcoded: dict[Path, Path]  # copy -> original
    linked: tuple[Path, ...]

    @property
    def formats(self) -> Counter[str]:
        """How many files of each suffix there are."""
        names = [path.name for path in (*self.transcoded, *self.linked)]
        return Counter(_suffix(name) for name in names)


def lay_out(source: Path, target: Path, count: int, seed: int) -> Mixed:
    """Lay `count` tracks of `source` below `target`: some transcoded, the others linked."""
    found = sorted(path for path in source.rglob("*") if path.suffix.lower() in AUDIO)
    if len(found) < count:
        raise SystemExit(f"{source} holds {len(found)} audio files; {count} are wanted.")
    chosen = random.Random(seed).sample(found, count)
    suffixes = [suffix for suffix in FORMATS for _ in range(EACH_FORMAT)][:count]
    transcoded = {}
    for number, (suffix, original) in enumerate(zip(suffixes, chosen, strict=False)):
        copy = target / "transcoded" / suffix / f"{number:02} {original.stem}.{suffix}"
        copy.parent.mkdir(parents=True, exist_ok=True)
        tags = {
            "title": f"{original.stem} as {suffix}",
            "artist": f"Artist {number % 7}",
            "album": suffix,
            "genre": ("Rock", "Ambient", "Folk")[number % 3],
        }
        write(copy, read_stereo(original, 0, _SECONDS), suffix, tags)
        transcoded[copy] = original
    linked = []
    for original in chosen[len(suffixes) :]:
        link = target / "linked" / original.relative_to(source)
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(os.path.abspath(original))  # noqa: PTH100 - links inside stay as they are
        linked.append(link)
    return Mixed(transcoded, tuple(linked))


def _suffix(name: str) -> str:
    longest = sorted(FORMATS, key=len, reverse=True)
    known = [suffix for suffix in longest if name.lower().endswith("." + suffix)]
    return known[0] if known else name.rpartition(".")[2].lower()
