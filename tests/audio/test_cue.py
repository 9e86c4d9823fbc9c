import random
from dataclasses import fields

import pytest

from mir.audio.cue import FRAMES, LARGEST_SHEET, BadSheet, CueTrack, parse_cue

ALBUM = """\
REM GENRE "Chamber Pop"
REM DATE 1998
REM DISCNUMBER 2
REM COMMENT "made by some program"
PERFORMER "The Böhm Quartet"
SONGWRITER "A. Nother"
TITLE "Über den Wolken"
FILE "Über den Wolken.wav" WAVE
  TRACK 01 AUDIO
    TITLE "First"
    PERFORMER "Ann"
    ISRC DEA129800001
    FLAGS DCP
    INDEX 01 00:00:00
  TRACK 02 AUDIO
    TITLE "The "Second""
    REM COMPOSER "Someone Else"
    INDEX 00 03:20:10
    INDEX 01 03:22:50
    INDEX 02 04:00:00
  TRACK 03 AUDIO
    PREGAP 00:02:00
    INDEX 01 100:00:74
"""


def frames(minutes: int, seconds: int, rest: int) -> int:
    return (minutes * 60 + seconds) * FRAMES + rest


def numbered(*begins: str) -> bytes:
    """A sheet of one file with tracks that begin there."""
    lines = ['FILE "a.wav" WAVE']
    for number, begin in enumerate(begins, 1):
        lines += [f"TRACK {number:02} AUDIO", f"INDEX 01 {begin}"]
    return "\n".join(lines).encode()


def test_all_that_a_sheet_says_is_read() -> None:
    sheet = parse_cue(ALBUM.encode())
    assert (sheet.title, sheet.performer, sheet.composer) == (
        "Über den Wolken",
        "The Böhm Quartet",
        "A. Nother",
    )
    assert (sheet.genre, sheet.date, sheet.disc_number) == ("Chamber Pop", "1998", "2")
    (file,) = sheet.files
    assert file.name == "Über den Wolken.wav"
    second, third = frames(3, 22, 50), frames(100, 0, 74)
    assert file.tracks == (
        CueTrack(1, 0, second, title="First", performer="Ann", isrc="DEA129800001"),
        CueTrack(2, second, third, title='The "Second"', composer="Someone Else"),
        CueTrack(3, third, None),
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_every_encoding_and_line_end_says_the_same(encoding: str, line_end: str) -> None:
    data = ALBUM.replace("\n", line_end).encode(encoding)
    assert parse_cue(data) == parse_cue(ALBUM.encode())


def test_bytes_without_meaning_in_any_encoding_are_still_read() -> None:
    sheet = parse_cue(b'TITLE "\x81\xe4"\n' + numbered("00:00:00"))
    assert sheet.title == "\x81ä"


def test_tracks_belong_to_the_file_in_which_they_begin() -> None:
    # As some programs write an album of one file a track: the pause is in the file before.
    sheet = parse_cue(
        b"""FILE "01.wav" WAVE
        TRACK 01 AUDIO
          INDEX 01 00:00:00
        TRACK 02 AUDIO
          INDEX 00 03:00:00
        FILE 02 - no marks.wav WAVE
          INDEX 01 00:00:00
        TRACK 03 AUDIO
          INDEX 01 02:00:00
        """
    )
    assert [file.name for file in sheet.files] == ["01.wav", "02 - no marks.wav"]
    assert [[(t.number, t.start, t.end) for t in file.tracks] for file in sheet.files] == [
        [(1, 0, None)],
        [(2, 0, frames(2, 0, 0)), (3, frames(2, 0, 0), None)],
    ]


def test_a_sheet_need_not_name_its_file() -> None:
    (file,) = parse_cue(numbered("00:00:00", "01:00:00").partition(b"\n")[2]).files
    assert (file.name, len(file.tracks)) == ("", 2)


def test_data_ends_a_track_and_is_none() -> None:
    data = numbered("00:00:00", "01:00:00").replace(b"TRACK 02 AUDIO", b"TRACK 02 MODE1/2352")
    (file,) = parse_cue(data).files
    assert file.tracks == (CueTrack(1, 0, frames(1, 0, 0)),)


def test_lines_that_make_no_sense_change_nothing() -> None:
    broken = ALBUM.replace(
        "    FLAGS DCP\n",
        "\n   \n%$§\nINDEX\nINDEX 01\nINDEX 01 xx:00:00\nINDEX 01 00:00:99\n"
        'TRACK\nREM\n"quoted"\nTITLE\n',
    )
    assert parse_cue(broken.encode()) == parse_cue(ALBUM.encode())


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no tracks"),
        (b"\0\xff\xfe" * 100, "no tracks"),
        (b'FILE "a.wav" WAVE', "no tracks"),
        (numbered("00:00:00", "00:00:00"), "track 2 begins no later"),
        (numbered("01:00:00", "00:30:00"), "track 2 begins no later"),
        (numbered("00:00:00", "nowhere"), "where track 2 begins"),
        (numbered("00:00:00", "01:00:00").replace(b"TRACK 02", b"TRACK 01"), "two tracks 1"),
        (numbered("00:00:00").replace(b"INDEX 01", b"INDEX"), "where track 1 begins"),
        (b" " * LARGEST_SHEET + numbered("00:00:00"), "larger"),
    ],
)
def test_a_sheet_without_sense_says_why(data: bytes, reason: str) -> None:
    with pytest.raises(BadSheet, match=reason):
        parse_cue(data)


def test_whatever_the_bytes_the_tracks_follow_one_another() -> None:
    chance = random.Random(1)
    read = 0
    for _ in range(2_000):
        data = bytearray(ALBUM.encode())
        for _ in range(chance.randrange(1, 12)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        try:
            sheet = parse_cue(bytes(data))
        except BadSheet:
            continue
        read += 1
        for file in sheet.files:
            ends = [track.end for track in file.tracks]
            for track, end in zip(file.tracks, ends, strict=True):
                assert end is None or track.start < end
            assert [t.start for t in file.tracks] == sorted(t.start for t in file.tracks)
            for track in file.tracks:
                texts = [getattr(track, f.name) for f in fields(track) if "str" in str(f.type)]
                assert all(text is None or text for text in texts)
    assert read > 1_000
