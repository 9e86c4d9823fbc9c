from collections.abc import Callable
from pathlib import Path
from typing import Any

import mutagen
import numpy as np
import pytest
from mutagen import apev2, id3
from small_library import FORMATS, song, track_tags, write_audio
from tag_writing import write_tags

from mir.analysis import Tags
from mir.audio import identity
from mir.audio.identity import audio_hash
from mir.audio.mp3_span import mp3_span
from mir.errors import AudioError

COVER = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 800
MUCH = Tags(
    title="Quite another title " * 400,
    artists=("Nobody", "Somebody"),
    album="An album",
    genres=("Polka",),
    year=1999,
)


@pytest.mark.parametrize("suffix", FORMATS)
def test_tags_do_not_change_who_it_is(suffix: str, tmp_path: Path) -> None:
    path = write_audio(tmp_path / f"song.{suffix}", song(1, 3.0, 22_050), 22_050)
    bare = audio_hash(path)
    size = path.stat().st_size
    write_tags(path, track_tags(3))
    assert audio_hash(path) == bare
    write_tags(path, MUCH, cover=COVER)
    assert path.stat().st_size > size + len(COVER)
    assert audio_hash(path) == bare
    write_tags(path, Tags(title="x"))
    assert audio_hash(path) == bare
    file: Any = mutagen.File(path)
    file.delete()
    assert audio_hash(path) == bare


@pytest.mark.parametrize("suffix", FORMATS)
def test_neither_name_nor_place_matter(suffix: str, tmp_path: Path) -> None:
    path = write_audio(tmp_path / f"song.{suffix}", song(1, 1.0, 22_050), 22_050)
    before = audio_hash(path)
    assert len(before) == 40
    assert set(before) <= set("0123456789abcdef")
    assert audio_hash(path.rename(tmp_path / "other.bin")) == before


def test_every_sound_and_every_encoding_has_its_own(tmp_path: Path) -> None:
    paths = [
        write_audio(tmp_path / f"{seed}.{suffix}", song(seed, 1.0, 22_050), 22_050)
        for seed in (1, 2)
        for suffix in FORMATS
    ]
    paths += [
        write_audio(tmp_path / f"{rate}.mp3", song(1, 1.0, 22_050), 22_050, bit_rate=rate)
        for rate in (32_000, 64_000)
    ]
    assert len({audio_hash(path) for path in paths}) == len(paths)


def id3v1(path: Path) -> None:
    id3.ID3(path).save(path, v1=2)


def ape(path: Path) -> None:
    tag = apev2.APEv2()
    tag["Title"], tag["Comment"] = "Another", "long " * 500
    tag.save(path)


def lyrics3(path: Path) -> None:
    body = b"LYRICSBEGININD0000200" + b"LYR00012Words, words"
    path.write_bytes(path.read_bytes() + body + f"{len(body):06}LYRICS200".encode())


def id3v23(path: Path) -> None:
    tag = id3.ID3(path)
    tag.update_to_v23()
    tag.save(path, v2_version=3, padding=lambda _: 5_000)


@pytest.mark.parametrize("first", [id3v1, ape, lyrics3, id3v23])
@pytest.mark.parametrize("second", [id3v1, ape, lyrics3, id3v23])
def test_all_tags_that_mp3_knows(
    first: Callable[[Path], None], second: Callable[[Path], None], tmp_path: Path
) -> None:
    path = write_audio(tmp_path / "song.mp3", song(1, 1.0, 22_050), 22_050, Tags(title="A song"))
    content, before = path.read_bytes(), audio_hash(path)
    first(path)
    assert path.read_bytes() != content
    assert audio_hash(path) == before
    # Where an earlier tag of another kind stands in the way, a tagger appends behind it.
    second(path)
    assert audio_hash(path) == before


def test_the_span_of_an_mp3_is_what_stands_between_its_tags(tmp_path: Path) -> None:
    path = write_audio(tmp_path / "song.mp3", song(1, 1.0, 22_050), 22_050)
    tagless = path.read_bytes()
    with path.open("rb") as file:
        start, end = mp3_span(file) or (0, 0)
    assert tagless[start : start + 2] in (b"\xff\xf3", b"\xff\xfb")
    assert end == len(tagless)


@pytest.mark.parametrize("size", [0, 1, 31, 127, 300])
def test_a_short_mp3_is_no_riddle(size: int, tmp_path: Path) -> None:
    path = tmp_path / "short.mp3"
    path.write_bytes(b"\xff\xfb\x90\x64" + b"TAG" + bytes(size))
    assert len(audio_hash(path)) == 40


def test_a_damaged_file_still_has_an_identity(tmp_path: Path) -> None:
    found = set()
    for suffix in FORMATS:
        path = write_audio(tmp_path / f"song.{suffix}", song(1, 3.0, 22_050), 22_050)
        content = bytearray(path.read_bytes())
        content[len(content) // 2 :: 997] = b"?" * len(content[len(content) // 2 :: 997])
        path.write_bytes(bytes(content[:-500]))
        found.add(audio_hash(path))
        assert audio_hash(path) in found
    assert len(found) == len(FORMATS)


def test_what_no_demuxer_knows_is_known_by_its_bytes(tmp_path: Path) -> None:
    noise = b"\x00\x01" + np.random.default_rng(1).bytes(5_000)
    one, same, other = (tmp_path / name for name in ("one.ogg", "same.ogg", "other.ogg"))
    one.write_bytes(noise)
    same.write_bytes(noise)
    other.write_bytes(noise + b"!")
    assert audio_hash(one) == audio_hash(same) != audio_hash(other)


def test_what_cannot_be_read_has_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "empty.mp3").write_bytes(b"")
    for path in (tmp_path / "empty.mp3", tmp_path / "gone.mp3", tmp_path):
        with pytest.raises(AudioError, match=path.name):
            audio_hash(path)
    path = write_audio(tmp_path / "song.mp3", song(1, 1.0, 22_050), 22_050)

    def fail(*_: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(identity, "mp3_span", fail)
    with pytest.raises(AudioError, match=r"song\.mp3 cannot be read to its end .*Input/output"):
        audio_hash(path)
