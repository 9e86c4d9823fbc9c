"""A small library with copies, an excerpt, and shared sound, as real files, indexed by a run."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from random_notes import random_notes
from small_library import write_audio

from indexer.whole_run import index_whole
from mir.analysis import Tags
from mir.engine import open_engine
from mir.settings import load_settings
from tests.indexer.stub_ear import StubEar
from tests.tag_writing import write_tags

RATE = 22_050
SONG, OTHER = 1, 2  # seeds
SECONDS = 40.0
CUT = 12.0, 30.0  # of the song, in seconds


def copied_library(place: Path) -> Path:
    """The home of a library of one recording in four files, a cut of it, and another track.

    Files are `a.flac`, `again.flac` (the same sound, bit for bit), `b.mp3`, `c.ogg`,
    `cut.ogg` and `other.flac`; `medley.ogg` is another song with ten seconds of this one in it.
    """
    music = place / "music"
    music.mkdir()
    song, other = (random_notes(seed, SECONDS, RATE) for seed in (SONG, OTHER))
    medley = np.concatenate((random_notes(3, 30.0, RATE), song[: 10 * RATE]))
    cut = song[round(CUT[0] * RATE) : round(CUT[1] * RATE)]
    _write(music / "a.flac", song, Tags(title="Song <1>", artists=("Ann & Bo",)))
    _write(music / "again.flac", song, Tags(title="Song <1>", artists=("Ann & Bo",), year=1990))
    _write(music / "b.mp3", song, Tags(title="=Song", artists=("@nn",), album="Hits"))
    _write(music / "c.ogg", song, Tags(title="Track 7"))
    _write(music / "cut.ogg", cut, Tags(title="Jingle"))
    _write(music / "medley.ogg", medley, Tags(title="Medley"))
    _write(music / "other.flac", other, Tags(title="Other", artists=("Cy",)))
    settings = load_settings({}, home=place / "home", jobs=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("indexer.ingest.Embedder", StubEar)
        with open_engine(settings, embedder=StubEar()) as engine:
            assert index_whole(engine, [music]).compared == 6
    return place / "home"


def _write(path: Path, sound: NDArray[np.float32], tags: Tags) -> None:
    write_audio(path, sound[:, None], RATE)
    write_tags(path, tags)
