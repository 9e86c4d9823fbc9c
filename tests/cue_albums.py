"""Albums in one file with a cue sheet, made on the spot."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from small_library import song, write_audio

from mir.analysis import Tags

RATE = 22_050
BEGINS = (0.0, 3.0, 5.0)  # seconds
SECONDS = 9.0
TITLES = ("Dawn", "Noon", "Dusk")


def cue_text(
    name: str, begins: Sequence[float] = BEGINS, titles: Sequence[str] = TITLES, head: str = ""
) -> str:
    """A sheet that divides the file `name`: a track from each of `begins` (seconds) on."""
    lines = [head or 'PERFORMER "Ada Quill"\nTITLE "A Day"\nREM DATE 1971\nREM GENRE Folk']
    lines.append(f'FILE "{name}" WAVE')
    for number, (begin, title) in enumerate(zip(begins, titles, strict=True), 1):
        minutes, frames = divmod(round(begin * 75), 60 * 75)
        at = f"{minutes:02}:{frames // 75:02}:{frames % 75:02}"
        lines += [f"  TRACK {number:02} AUDIO", f'    TITLE "{title}"', f"    INDEX 01 {at}"]
    return "\n".join(lines) + "\n"


def write_album(path: Path, tags: Tags | None = None, *, sheet: str | None = None) -> Path:
    """An album of 9 s in one file: song 1 for 3 s, song 2 for 2 s, song 3 for 4 s.

    `sheet` is written beside it under its name; None: that of `cue_text`; "": none.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    lengths = np.diff([*BEGINS, SECONDS])
    songs = [song(seed, float(length), RATE) for seed, length in enumerate(lengths, 1)]
    write_audio(path, np.concatenate(songs), RATE, tags)
    if sheet != "":
        path.with_suffix(".cue").write_text(sheet or cue_text(path.name), encoding="utf-8")
    return path
