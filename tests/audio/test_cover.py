import base64
from pathlib import Path
from typing import Any

import mutagen
import numpy as np
import pytest
from mutagen import apev2, flac, id3
from small_library import FORMATS, song, write_audio
from tag_writing import write_tags

from mir.analysis import Tags
from mir.audio import cover as cover_module
from mir.audio.tags import Cover, read_cover

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 30
JPEG = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 30
HTML = b"<html><script>alert(1)</script></html>"


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("bare")
    samples = song(1, 0.3, 22_050, 1)
    return {f: write_audio(folder / f"song.{f}", samples, 22_050) for f in FORMATS}


def copy(path: Path, folder: Path) -> Path:
    target = folder / path.name
    target.write_bytes(path.read_bytes())
    return target


@pytest.mark.parametrize("suffix", FORMATS)
def test_every_format_carries_a_cover(suffix: str, bare: dict[str, Path], tmp_path: Path) -> None:
    path = copy(bare[suffix], tmp_path)
    assert read_cover(path) is None
    for data, mime in ((PNG, "image/png"), (JPEG, "image/jpeg")):
        write_tags(path, Tags(title="A song"), cover=data)
        assert read_cover(path) == Cover(data, mime)


@pytest.mark.parametrize("suffix", FORMATS)
def test_only_pictures_are_covers(suffix: str, bare: dict[str, Path], tmp_path: Path) -> None:
    path = copy(bare[suffix], tmp_path)
    write_tags(path, Tags(title="A song"), cover=HTML)
    assert read_cover(path) is None


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_cover_is_bounded(
    suffix: str, bare: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = copy(bare[suffix], tmp_path)
    write_tags(path, Tags(title="A song"), cover=PNG)
    monkeypatch.setattr(cover_module, "LARGEST_COVER", len(PNG))
    assert read_cover(path) is not None
    monkeypatch.setattr(cover_module, "LARGEST_COVER", len(PNG) - 1)
    assert read_cover(path) is None


def picture(kind: int, data: bytes) -> id3.APIC:
    return id3.APIC(encoding=3, mime="image/x", type=kind, desc=str(kind), data=data)


@pytest.mark.parametrize(
    ("pictures", "expected"),
    [
        ([(4, PNG), (3, JPEG)], JPEG),
        ([(3, JPEG), (4, PNG)], JPEG),
        ([(4, PNG)], PNG),
        ([(3, HTML), (0, PNG)], PNG),
        ([(3, b"")], None),
    ],
)
def test_the_front_comes_first(
    pictures: list[tuple[int, bytes]],
    expected: bytes | None,
    bare: dict[str, Path],
    tmp_path: Path,
) -> None:
    mp3 = copy(bare["mp3"], tmp_path)
    tags = id3.ID3()
    for kind, data in pictures:
        tags.add(picture(kind, data))
    tags.save(mp3)
    other = copy(bare["flac"], tmp_path)
    file: Any = mutagen.File(other)
    for kind, data in pictures:
        entry = flac.Picture()
        entry.type, entry.data = kind, data
        file.add_picture(entry)
    file.save()
    for path in (mp3, other):
        found = read_cover(path)
        assert (found.data if found else None) == expected


def test_covers_of_older_customs(bare: dict[str, Path], tmp_path: Path) -> None:
    ogg = copy(bare["ogg"], tmp_path)
    file: Any = mutagen.File(ogg)
    file["metadata_block_picture"] = ["no base64!", base64.b64encode(b"junk").decode()]
    file["coverart"] = [base64.b64encode(JPEG).decode()]
    file.save()
    assert read_cover(ogg) == Cover(JPEG, "image/jpeg")
    mp3 = copy(bare["mp3"], tmp_path)
    id3.ID3(mp3).delete(mp3)
    tag = apev2.APEv2()
    tag["Cover Art (Front)"] = apev2.APEValue(b"cover.png\0" + PNG, apev2.BINARY)
    tag.save(mp3)
    assert read_cover(mp3) == Cover(PNG, "image/png")


@pytest.mark.parametrize("suffix", FORMATS)
def test_damage_is_no_error(suffix: str, bare: dict[str, Path], tmp_path: Path) -> None:
    path = copy(bare[suffix], tmp_path)
    write_tags(path, Tags(title="A song"), cover=PNG)
    content = path.read_bytes()
    rng = np.random.default_rng(9)
    for _ in range(40):
        broken = bytearray(content)
        for position in rng.integers(0, min(len(broken), 3_000), 15):
            broken[position] = rng.integers(256)
        path.write_bytes(bytes(broken[: rng.integers(1, len(broken))]))
        found = read_cover(path)
        assert found is None or found.mime.startswith("image/")
