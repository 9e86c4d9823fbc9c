from pathlib import Path

import pytest

from mir.audio.source import name_of, not_audio, open_source, source_size


@pytest.mark.parametrize("offset", [-1, -(10**12), -(1 << 70)])
def test_an_impossible_seek_is_told_and_goes_nowhere(offset: int) -> None:
    """A decoder in C calls it: an exception would only be printed, in the midst of a table."""
    with open_source(b"0123456789") as file:
        file.seek(4)
        assert file.seek(offset) == -1
        assert file.read(2) == b"45"


def test_the_size_leaves_the_position_alone(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"0123456789")
    for source in (tmp_path / "file", b"0123456789"):
        with open_source(source) as file:
            file.seek(3)
            assert source_size(file) == 10
            assert file.read(1) == b"3"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"plain words", True),
        ("Grüße, 音楽 ".encode() * 100, True),
        (("x" * 511 + "ü").encode(), True),  # cut in the middle of a character
        (b"\x00\x01\x02", False),
        (b"caf\xe9 in Latin-1", False),
        (b"\x1b[31mred", False),
    ],
)
def test_text_is_told_from_sound(content: bytes, text: bool) -> None:
    assert ("holds text" in str(not_audio(content))) is text


def test_names() -> None:
    assert name_of(b"anything") == "the clip"
    assert name_of(Path("/music/Höhe.mp3")) == "Höhe.mp3"
    assert name_of(Path("/music/caf\udce9.mp3")) == "caf\ufffd.mp3"
