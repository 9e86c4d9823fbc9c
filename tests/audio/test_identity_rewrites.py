"""What programs rewrite in a file without touching its sound, format by format."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import mutagen
import numpy as np
import pytest
import soundfile
from mutagen import flac, id3
from small_library import FORMATS, song, write_audio
from tag_writing import write_tags

from mir.analysis import Tags
from mir.audio.identity import audio_hash

COVER = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40


def made(folder: Path, suffix: str) -> Path:
    path = folder / f"song.{suffix}"
    return write_audio(path, song(1, 2.0, 22_050), 22_050, Tags(title="A song"))


def gain_tags(path: Path) -> None:
    file: Any = mutagen.File(path)
    if isinstance(file.tags, id3.ID3):
        file.tags.add(id3.TXXX(encoding=3, desc="REPLAYGAIN_TRACK_GAIN", text=["-7.5 dB"]))
        file.tags.add(id3.RVA2(desc="track", channel=1, gain=-7.5, peak=0.9))
    elif path.suffix == ".m4a":
        key = "----:com.apple.iTunes:replaygain_track_gain"
        file.tags[key] = [mutagen.mp4.MP4FreeForm(b"-7.5 dB")]
    else:
        file.tags["replaygain_track_gain"] = ["-7.5 dB"]
        file.tags["R128_TRACK_GAIN"] = ["-1920"]
    file.save()


@pytest.mark.parametrize("suffix", FORMATS)
def test_gain_in_tags(suffix: str, tmp_path: Path) -> None:
    path = made(tmp_path, suffix)
    content, before = path.read_bytes(), audio_hash(path)
    gain_tags(path)
    assert path.read_bytes() != content
    assert audio_hash(path) == before


@pytest.mark.parametrize("suffix", ["mp3", "wav", "aiff"])
@pytest.mark.parametrize("version", [3, 4])
def test_id3_of_both_versions_with_cover_and_chapters(
    suffix: str, version: int, tmp_path: Path
) -> None:
    path = made(tmp_path, suffix)
    before = audio_hash(path)
    write_tags(path, Tags(title="Other"), cover=COVER, id3_version=version)
    file: Any = mutagen.File(path)
    for n in range(3):
        file.tags.add(id3.CHAP(element_id=f"c{n}", start_time=500 * n, end_time=500 * n + 500))
    file.tags.add(id3.CTOC(element_id="toc", flags=3, child_element_ids=["c0", "c1", "c2"]))
    file.save(v2_version=version)
    assert b"CHAP" in path.read_bytes()
    assert audio_hash(path) == before


def padded(path: Path) -> None:
    flac.FLAC(path).save(padding=lambda _: 70_000)


def without_padding(path: Path) -> None:
    flac.FLAC(path).save(padding=lambda _: 0)


def pictured_and_parted(path: Path) -> None:
    file = flac.FLAC(path)
    picture = flac.Picture()
    picture.data, picture.mime, picture.type = COVER, "image/png", 3
    file.add_picture(picture)
    sheet = flac.CueSheet(None)
    sheet.compact_disc = False
    for number, start in ((1, 0), (2, 22_050), (255, 44_100)):
        track = flac.CueSheetTrack(number, start)
        track.indexes += [] if number == 255 else [flac.CueSheetTrackIndex(1, 0)]
        sheet.tracks.append(track)
    file.metadata_blocks.append(sheet)
    file.save()


def without_checksum(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[26:42] = bytes(16)  # the MD5 of the samples, which some encoders leave empty
    path.write_bytes(bytes(content))


def id3_before(path: Path) -> None:
    tag = id3.ID3()
    tag.add(id3.TIT2(encoding=3, text=["A song"]))
    tag.save(path)


@pytest.mark.parametrize(
    "rewrite", [padded, without_padding, pictured_and_parted, without_checksum, id3_before]
)
def test_blocks_of_flac(rewrite: Callable[[Path], None], tmp_path: Path) -> None:
    path = made(tmp_path, "flac")
    content, before = path.read_bytes(), audio_hash(path)
    rewrite(path)
    assert path.read_bytes() != content
    assert audio_hash(path) == before


@pytest.mark.parametrize("suffix", ["m4a", "alac.m4a"])
def test_mp4_with_its_index_moved_to_the_front(suffix: str, tmp_path: Path) -> None:
    path = made(tmp_path, suffix)
    front = tmp_path / "front.m4a"
    remuxed(path, front, {"movflags": "faststart"})
    one, other = path.read_bytes(), front.read_bytes()
    assert one.find(b"moov") > one.find(b"mdat")
    assert other.find(b"moov") < other.find(b"mdat")
    assert audio_hash(front) == audio_hash(path)


@pytest.mark.parametrize(
    ("suffix", "other"), [("m4a", "mka"), ("ogg", "mka"), ("flac", "mka"), ("wma", "mka")]
)
def test_another_container_around_the_same_packets(suffix: str, other: str, tmp_path: Path) -> None:
    path = made(tmp_path, suffix)
    moved = tmp_path / f"other.{other}"
    remuxed(path, moved, {})
    assert audio_hash(moved) == audio_hash(path)


def remuxed(source: Path, target: Path, options: dict[str, str]) -> None:
    """Write the packets of `source` into another file."""
    with av.open(source) as given, av.open(target, "w", options=options) as output:
        stream = given.streams.audio[0]
        copy = output.add_stream_from_template(stream)
        for packet in given.demux(stream):
            if packet.dts is not None:
                packet.stream = copy
                output.mux(packet)


def test_chunks_of_wav(tmp_path: Path) -> None:
    path = made(tmp_path, "wav")
    content, before = path.read_bytes(), audio_hash(path)
    info = b"INFO" + b"INAM" + (8).to_bytes(4, "little") + b"A title\0"
    marks = (1).to_bytes(4, "little") + bytes(4) + bytes(4) + b"data" + bytes(12)
    extra = b"".join(
        name + len(body).to_bytes(4, "little") + body
        for name, body in ((b"LIST", info), (b"cue ", marks), (b"bext", bytes(602)))
    )
    size = (len(content) + len(extra) - 8).to_bytes(4, "little")
    path.write_bytes(content[:4] + size + content[8:] + extra)
    assert audio_hash(path) == before


def test_the_first_frame_of_an_mp3_counts(tmp_path: Path) -> None:
    """A program that rewrites the Xing or LAME frame makes another file of it, to be heard anew."""
    path = made(tmp_path, "mp3")
    content, before = bytearray(path.read_bytes()), audio_hash(path)
    place = content.find(b"Xing") if b"Xing" in content else content.find(b"Info")
    assert place > 0
    content[place + 12] ^= 1  # the number of frames
    path.write_bytes(bytes(content))
    assert audio_hash(path) != before


@pytest.mark.parametrize("suffix", ["wav", "aiff", "flac"])
def test_one_other_sample_is_another_sound(suffix: str, tmp_path: Path) -> None:
    path = made(tmp_path, suffix)
    before = audio_hash(path)
    samples, rate = soundfile.read(path, dtype="int16")
    samples[1_000] ^= np.int16(1)
    soundfile.write(path, samples, rate, subtype="PCM_16")
    assert audio_hash(path) != before
