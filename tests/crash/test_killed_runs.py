"""SIGKILL at random moments, over and over on one library: nothing stored is ever lost."""

import random
import time
from collections.abc import Callable
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from mir.analysis import Analysis
from mir.catalogue.session import open_catalogue
from tests.crash.checks import (
    Content,
    assert_index_agrees,
    assert_sound_database,
    content,
    hashes,
)
from tests.crash.doomed import BAD, heard, index_alone, open_stub, save_for_ever

Start = Callable[..., ForkServerProcess]

SEED = 20_260_301
RUN_KILLS = {"sqlite": 10, "postgresql": 6}
SAVE_KILLS = {"sqlite": 5, "postgresql": 3}
NEW_FILES = 8


def test_killed_index_runs_lose_nothing_that_was_stored(
    start: Start, url: str, tmp_path: Path
) -> None:
    draw = random.Random(SEED)
    home, music = tmp_path / "home", tmp_path / "music"
    music.mkdir()
    for number in (-2, -1):  # the first one also waits for what is preloaded
        change(music, draw, number)
        usual = undisturbed(start, home, url, music)
    watch = open_catalogue(url)
    kills, rounds = RUN_KILLS[url.split(":")[0]], 0
    while kills:
        rounds += 1
        change(music, draw, rounds)
        ours, theirs = Pipe(duplex=False)
        process = start(index_alone, home, url, music, theirs)
        theirs.close()
        time.sleep(draw.uniform(0.0, 1.1 * usual))
        seen = hashes(watch)
        process.kill()
        process.join()
        killed = process.exitcode == -9
        kills, usual = kills - killed, usual if killed else 0.9 * usual
        told = f"seed {SEED}, round {rounds}"
        committed = set(said(ours))
        assert_sound_database(url)
        with open_stub(home, url) as engine:
            after, kept = content(engine), hashes(engine.catalogue)
            assert_index_agrees(engine)
        on_disk = {path: found for path in music.iterdir() if (found := heard(path))}
        sounds = {each.audio_hash for each in on_disk.values() if isinstance(each, Analysis)}
        assert seen & sounds <= kept, told
        stored = {path.name for path in (*after.hashes, *after.failed)}
        assert committed <= stored, told
    watch.close()

    undisturbed(start, home, url, music)
    fresh = f"sqlite:///{tmp_path / 'fresh' / 'catalogue.db'}"
    undisturbed(start, tmp_path / "fresh", fresh, music)
    assert library(home, url) == library(tmp_path / "fresh", fresh)


def test_a_killed_save_leaves_an_index_that_mends_itself(
    start: Start, url: str, tmp_path: Path
) -> None:
    draw = random.Random(SEED)
    home = tmp_path / "home"
    for n in range(SAVE_KILLS[url.split(":")[0]]):
        process = start(save_for_ever, home, url)
        while not (home / "index").exists() and process.is_alive():
            time.sleep(0.002)
        time.sleep(draw.uniform(0.0, 0.15))
        process.kill()
        process.join()
        assert process.exitcode == -9, f"seed {SEED}, kill {n}"
        assert_sound_database(url)
        with open_stub(home, url) as engine:
            content(engine)
            assert_index_agrees(engine)
            engine.refresh_index()
    left = [path.name for path in (home / "index").iterdir()]
    assert not [name for name in left if name.endswith(".tmp")]


def change(music: Path, draw: random.Random, number: int) -> None:
    """Give a run something to do: files that are new, moved, rewritten and gone."""
    for n in range(NEW_FILES):
        kind = BAD if n == 3 else b"song"
        (music / f"{number:03}-{n:02}.flac").write_bytes(kind + b" %d %d" % (number, n))
    old = sorted(path for path in music.iterdir() if not path.name.startswith(f"{number:03}"))
    if old:
        moved, gone, rewritten, back = draw.sample(old, 4)
        moved.rename(moved.with_name(f"{number:03}-moved.flac"))
        gone.unlink()
        rewritten.write_bytes(b"rewritten in round %d" % number)
        back.write_bytes(b"rewritten in round %d" % number)  # a copy


def undisturbed(start: Start, home: Path, url: str, music: Path) -> float:
    """Let a run come to its end; return how many seconds it took."""
    ours, theirs = Pipe(duplex=False)
    begun = time.monotonic()
    process = start(index_alone, home, url, music, theirs)
    theirs.close()
    list(said(ours))
    process.join()
    assert process.exitcode == 0
    return time.monotonic() - begun


def said(pipe: Connection) -> list[str]:
    """The names of the files that the process called committed before it ended."""
    names: list[str] = []
    try:
        while True:
            names += pipe.recv()
    except (EOFError, OSError):
        return names


def library(home: Path, url: str) -> Content:
    """What a library holds when all is done."""
    assert_sound_database(url)
    with open_stub(home, url) as engine:
        assert_index_agrees(engine)
        return content(engine)
