import re
from pathlib import Path

import mutagen
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mutagen import apev2, id3
from mutagen.id3 import TALB, TCON, TDRC, TPE1, TRCK, TXXX, TYER
from small_library import FORMATS, song, write_audio
from tag_writing import write_tags

from mir.analysis import Tags
from mir.audio.tags import read_tags
from mir.errors import AudioError

FULL = Tags(
    title="Für Élise (Live) – 第1楽章",
    artists=("AC/DC", "Sigur Rós"),
    album="Album; with, signs / and \\ more",
    album_artist="Various Artists",
    genres=("Hip-Hop", "Post-Rock / Ambient"),
    year=1987,
    track_number=7,
    disc_number=2,
    composer="Ludwig van Beethoven",
    lyricist="N. N.",
    publisher="Breitkopf & Härtel",
    copyright="℗ 1987 Somebody",
    licence="https://creativecommons.org/licenses/by/4.0/",
    isrc="USRC17607839",
    iswc="T-034.524.680-1",
    work_mbid="4b3b5a0e-9f4f-4f0a-8d57-6b5b8c1c2d3e",
    recording_mbid="0b3b5a0e-9f4f-4f0a-8d57-6b5b8c1c2d3e",
    release_mbid="1b3b5a0e-9f4f-4f0a-8d57-6b5b8c1c2d3e",
    artist_mbids=(
        "2b3b5a0e-9f4f-4f0a-8d57-6b5b8c1c2d3e",
        "3b3b5a0e-9f4f-4f0a-8d57-6b5b8c1c2d3e",
    ),
)


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A short file in every format, without tags; each test overwrites the tags of its copy."""
    folder = tmp_path_factory.mktemp("bare")
    samples = song(1, 0.3, 22_050, 1)
    return {f: write_audio(folder / f"song.{f}", samples, 22_050) for f in FORMATS}


def copy(path: Path, folder: Path, name: str | None = None) -> Path:
    target = folder / (name or path.name)
    target.write_bytes(path.read_bytes())
    return target


# Printable texts as people write them, up to the longest that is kept.
text = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Cs", "Co", "Cn", "Z")),
    min_size=1,
    max_size=40,
)
# Semicolons part genres; brackets and lone numbers mean ID3v1's genres by number.
genre = text.filter(
    lambda t: (
        not re.search(r"[;(]", t) and not t.isdigit() and t.lower() not in ("unknown", "cr", "rx")
    )
)
mbid = st.uuids().map(str)
number = st.none() | st.integers(1, 999)
tags_of_all_kinds = st.builds(
    Tags,
    title=st.none() | text,
    artists=st.lists(text, max_size=4, unique=True).map(tuple),
    album=st.none() | text,
    album_artist=st.none() | text,
    genres=st.lists(genre, max_size=4, unique=True).map(tuple),
    year=st.none() | st.integers(1400, 2100),
    track_number=number,
    disc_number=number,
    composer=st.none() | text,
    lyricist=st.none() | text,
    publisher=st.none() | text,
    copyright=st.none() | text,
    licence=st.none() | text,
    isrc=st.none() | text,
    iswc=st.none() | text,
    work_mbid=st.none() | mbid,
    recording_mbid=st.none() | mbid,
    release_mbid=st.none() | mbid,
    artist_mbids=st.lists(mbid, max_size=3, unique=True).map(tuple),
)


@pytest.mark.parametrize("suffix", FORMATS)
def test_every_field_of_every_format(suffix: str, bare: dict[str, Path], tmp_path: Path) -> None:
    path = copy(bare[suffix], tmp_path)
    assert read_tags(path) == Tags()
    write_tags(path, FULL)
    assert read_tags(path) == FULL


@pytest.mark.parametrize("suffix", FORMATS)
@given(tags=tags_of_all_kinds)
@settings(max_examples=25, deadline=None)
def test_what_was_written_is_read(suffix: str, tags: Tags, bare: dict[str, Path]) -> None:
    write_tags(bare[suffix], tags)
    read = read_tags(bare[suffix])
    write_tags(bare[suffix], Tags())
    assert read == tags


@pytest.mark.parametrize("suffix", ["mp3", "wav", "aiff"])
@given(tags=tags_of_all_kinds)
@settings(max_examples=25, deadline=None)
def test_id3v23(suffix: str, tags: Tags, bare: dict[str, Path]) -> None:
    """A slash joins there; what cannot be told apart stays together, and the rest is the same."""
    write_tags(bare[suffix], tags, id3_version=3)
    read = read_tags(bare[suffix])
    write_tags(bare[suffix], Tags())
    assert "/".join(read.artists) == "/".join(tags.artists) or "/" in "".join(tags.artists)
    for field in ("year", "track_number", "disc_number", "recording_mbid", "artist_mbids"):
        assert getattr(read, field) == getattr(tags, field)
    assert read.title == tags.title


@pytest.mark.parametrize("suffix", FORMATS)
def test_the_name_of_the_file_says_nothing(
    suffix: str, bare: dict[str, Path], tmp_path: Path
) -> None:
    path = copy(bare[suffix], tmp_path)
    write_tags(path, FULL)
    for name in ("song.mp3", "song.flac", "song", "s\udce9ng.wav"):
        assert read_tags(copy(path, tmp_path, "x" + name)) == FULL


def id3_file(bare: dict[str, Path], folder: Path, *frames: id3.Frame, version: int = 4) -> Path:
    path = copy(bare["mp3"], folder)
    tags = id3.ID3()
    for frame in frames:
        tags.add(frame)
    tags.save(path, v2_version=version, v1=0)
    return path


MBIDS = FULL.artist_mbids


@pytest.mark.parametrize(
    ("artist", "mbids", "expected"),
    [
        ("AC/DC", "", ("AC/DC",)),
        ("AC/DC", MBIDS[0], ("AC/DC",)),
        ("Simon/Garfunkel", "/".join(MBIDS), ("Simon", "Garfunkel")),
        ("AC/DC/Queen", "/".join(MBIDS), ("AC/DC/Queen",)),
        ("Simon/Garfunkel", "", ("Simon/Garfunkel",)),
    ],
)
def test_a_slash_parts_artists_only_when_something_proves_it(
    artist: str, mbids: str, expected: tuple[str, ...], bare: dict[str, Path], tmp_path: Path
) -> None:
    frames = [TPE1(encoding=1, text=[artist])]
    if mbids:
        frames.append(TXXX(encoding=1, desc="MusicBrainz Artist Id", text=[mbids]))
    path = id3_file(bare, tmp_path, *frames, version=3)
    assert read_tags(path).artists == expected
    assert read_tags(path).artist_mbids == tuple(m for m in mbids.split("/") if m)


def test_id3v24_never_parts_at_a_slash(bare: dict[str, Path], tmp_path: Path) -> None:
    path = id3_file(
        bare,
        tmp_path,
        TPE1(encoding=3, text=["Simon/Garfunkel"]),
        TXXX(encoding=3, desc="MusicBrainz Artist Id", text=list(MBIDS)),
        TCON(encoding=3, text=["Rock/Pop"]),
    )
    assert read_tags(path).artists == ("Simon/Garfunkel",)
    assert read_tags(path).genres == ("Rock/Pop",)


@pytest.mark.parametrize(
    ("written", "version", "expected"),
    [
        ("(17)", 3, ("Rock",)),
        ("17", 3, ("Rock",)),
        ("17", 4, ("Rock",)),
        ("(4)Eurodisco", 3, ("Disco", "Eurodisco")),
        ("(31)(39)", 3, ("Trance", "Noise")),
        ("(RX)", 3, ("Remix",)),
        ("(255)", 3, ()),
        ("Rock/Pop", 3, ("Rock", "Pop")),
        ("Drum/Bass", 3, ("Drum/Bass",)),
        ("Indie; Folk ;; Folk", 4, ("Indie", "Folk")),
        ("Folk, World, & Country", 4, ("Folk, World, & Country",)),
    ],
)
def test_genres(
    written: str,
    version: int,
    expected: tuple[str, ...],
    bare: dict[str, Path],
    tmp_path: Path,
) -> None:
    path = id3_file(bare, tmp_path, TCON(encoding=1, text=[written]), version=version)
    assert read_tags(path).genres == expected


@pytest.mark.parametrize(
    ("date", "year"),
    [
        ("1999", 1999),
        ("1999-07-01", 1999),
        ("1999-07-01T12:00:00Z", 1999),
        ("19990701", 1999),
        ("01/07/1999", 1999),
        ("(c) 1999 Somebody", 1999),
        ("0000", None),
        ("9999", None),
        ("99", None),
        ("123456", None),
        ("soon", None),
        ("9999 or 1999", 1999),
        ("-5", None),
    ],
)
def test_years(date: str, year: int | None, bare: dict[str, Path], tmp_path: Path) -> None:
    path = copy(bare["flac"], tmp_path)
    file = mutagen.File(path)
    file["date"] = [date]
    file.save()
    assert read_tags(path).year == year


def test_years_of_id3(bare: dict[str, Path], tmp_path: Path) -> None:
    assert read_tags(id3_file(bare, tmp_path, TDRC(encoding=3, text="1971-02"))).year == 1971
    assert (
        read_tags(id3_file(bare, tmp_path, TYER(encoding=0, text="1971"), version=3)).year == 1971
    )
    assert read_tags(id3_file(bare, tmp_path, TYER(encoding=0, text="?"), version=3)).year is None


@pytest.mark.parametrize(
    ("written", "expected"),
    [("3/12", 3), ("03", 3), (" 3 ", 3), ("A3", None), ("0", None), ("", None), ("99999999", None)],
)
def test_track_numbers(
    written: str, expected: int | None, bare: dict[str, Path], tmp_path: Path
) -> None:
    path = id3_file(bare, tmp_path, TRCK(encoding=3, text=[written]))
    assert read_tags(path).track_number == expected


def test_id3v1_alone(bare: dict[str, Path], tmp_path: Path) -> None:
    path = copy(bare["mp3"], tmp_path)
    tag = b"TAG" + b"A song".ljust(30, b"\0") + b"Somebody".ljust(30) + b"An album".ljust(30, b"\0")
    tag += b"1984" + b"comment".ljust(28, b"\0") + b"\0\x05" + b"\x11"
    id3.ID3(path).delete(path)
    path.write_bytes(path.read_bytes() + tag)
    expected = Tags("A song", ("Somebody",), "An album", None, ("Rock",), 1984, 5)
    assert read_tags(path) == expected


def test_ape_behind_an_mp3(bare: dict[str, Path], tmp_path: Path) -> None:
    path = copy(bare["mp3"], tmp_path)
    id3.ID3(path).delete(path)
    tag = apev2.APEv2()
    tag["Title"], tag["Artist"], tag["Album Artist"] = "A song", ["One", "Two"], "All"
    tag["Track"], tag["Year"], tag["Genre"] = "3/9", "2001-02-03", ["Rock", "Pop"]
    tag.save(path)
    expected = Tags("A song", ("One", "Two"), None, "All", ("Rock", "Pop"), 2001, 3)
    assert read_tags(path) == expected


def test_id3_before_a_flac(bare: dict[str, Path], tmp_path: Path) -> None:
    tags = id3.ID3()
    tags.add(TALB(encoding=3, text=["An album"]))
    tags.save(tmp_path / "tag")
    path = tmp_path / "song.flac"
    path.write_bytes((tmp_path / "tag").read_bytes() + bare["flac"].read_bytes())
    assert read_tags(path).album == "An album"


def test_junk_is_cleaned(bare: dict[str, Path], tmp_path: Path) -> None:
    path = copy(bare["flac"], tmp_path)
    file = mutagen.File(path)
    file["title"] = ["\0 \n", "  A\0so\tng\x07 \0\0"]
    file["artist"] = ["", "One", " One ", "\u200bTwo", "x" * 5_000]
    file["musicbrainz_trackid"] = ["no id"]
    file["musicbrainz_artistid"] = [MBIDS[0].upper() + "; " + MBIDS[1]]
    file["genre"] = ["Unknown", ""]
    file.save()
    read = read_tags(path)
    assert read.title == "A so ng"
    assert read.artists == ("One", "\u200bTwo", "x" * 1_000)
    assert (read.recording_mbid, read.genres) == (None, ())
    assert read.artist_mbids == MBIDS


def test_the_list_of_artists_is_better_than_their_credit(
    bare: dict[str, Path], tmp_path: Path
) -> None:
    path = copy(bare["ogg"], tmp_path)
    file = mutagen.File(path)
    file["artist"], file["artists"] = ["One feat. Two"], ["One", "Two"]
    file.save()
    assert read_tags(path).artists == ("One", "Two")


@pytest.mark.parametrize("suffix", FORMATS)
def test_damaged_tags_are_no_error(suffix: str, bare: dict[str, Path], tmp_path: Path) -> None:
    path = copy(bare[suffix], tmp_path)
    write_tags(path, FULL, cover=b"\x89PNG\r\n\x1a\n" + bytes(500))
    content = path.read_bytes()
    rng = np.random.default_rng(5)
    differing = 0
    for _ in range(60):
        broken = bytearray(content)
        for position in rng.integers(0, min(len(broken), 3_000), 15):
            broken[position] = rng.integers(256)
        path.write_bytes(bytes(broken[: rng.integers(1, len(broken))]))
        read = read_tags(path)
        differing += read != FULL
        str(read).encode("utf-8")
        assert read.year is None or 1400 <= read.year <= 2100
    assert differing > 20


def test_what_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "empty.mp3").write_bytes(b"")
    for path in (tmp_path, tmp_path / "gone.mp3", tmp_path / "empty.mp3"):
        with pytest.raises(AudioError, match=path.name):
            read_tags(path)
    (tmp_path / "text.mp3").write_text("no music at all\n" * 100)
    assert read_tags(tmp_path / "text.mp3") == Tags()
