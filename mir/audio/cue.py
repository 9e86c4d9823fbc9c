"""Reads cue sheets: the text beside or inside an album in one file that says where its tracks lie.

The format is that of CDRWIN as it is found in the wild: `FILE`, `TRACK`, `INDEX`, `TITLE`,
`PERFORMER`, `SONGWRITER`, `ISRC` and remarks (`REM DATE`, `GENRE`, `DISCNUMBER`, `COMPOSER`).
Moments are counted in CD frames, 75 to the second. Pure: bytes in, a value out.

A track begins at its `INDEX 01` (its `INDEX 00` where it has no other) and ends where the next one
of the same file begins. So the pause before a track belongs to the track before it, as on a CD, and
what comes before the first track belongs to none. A `PREGAP` is silence that is not in the file: it
moves nothing. Tracks of data end the track before them and are left out.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

FRAMES = 75  # a second
LARGEST_SHEET = 1 << 18  # bytes; 99 tracks take ten thousand

_NUMBERS = range(1, 1_000)
_COMMAND = re.compile(r"\s*(\w+)[ \t]*(.*)")
_FILE = re.compile(r'"(?P<quoted>.*)"|(?P<bare>.*?)(?:\s+\w+)?\s*$')
_TRACK = re.compile(r"(\d{1,3})\s+(\S+)")
_INDEX = re.compile(r"(\d{1,2})\s+(\d{1,4}):([0-5]?\d):(\d{1,2})\s*$")
_TEXTS = frozenset({"TITLE", "PERFORMER", "SONGWRITER", "COMPOSER", "ISRC"})
_REMARKS = frozenset({"DATE", "GENRE", "DISCNUMBER", "COMPOSER"})


class BadSheet(Exception):
    """The sheet makes no sense; the text says why and completes "since …"."""


@dataclass(frozen=True, slots=True)
class CueTrack:
    """A track: where it lies in its file, in CD frames, and what the sheet says of it."""

    number: int  # as the sheet counts it, from 1
    start: int
    end: int | None  # None: the end of the file
    title: str | None = None
    performer: str | None = None
    composer: str | None = None  # or songwriter
    isrc: str | None = None
    genre: str | None = None
    date: str | None = None


@dataclass(frozen=True, slots=True)
class CueFile:
    """A file that the sheet names, and the tracks that begin in it."""

    name: str  # as written, perhaps with folders of another machine before it; "" if not named
    tracks: tuple[CueTrack, ...]


@dataclass(frozen=True, slots=True)
class CueSheet:
    """An album; texts are as written, None where the sheet does not say."""

    files: tuple[CueFile, ...]
    title: str | None = None
    performer: str | None = None
    composer: str | None = None
    genre: str | None = None
    date: str | None = None
    disc_number: str | None = None


def parse_cue(data: bytes) -> CueSheet:
    """The sheet in `data`; lines that are not understood are passed over.

    Text is UTF-8 (UTF-16 after its mark); what is no UTF-8 is taken for Windows-1252, in which most
    older sheets of the West are written. Raises BadSheet if there is no track, or one has no place,
    or two in one file have the same number or do not follow one another.
    """
    if len(data) > LARGEST_SHEET:
        raise BadSheet(f"it is larger than {LARGEST_SHEET // 1024} KiB")
    album = _Texts()
    names: list[str] = []
    tracks: list[_Track] = []
    for command, rest in _commands(decoded(data)):
        texts = tracks[-1].texts if tracks else album
        if command == "FILE":
            found = _FILE.match(rest)
            names.append((found["quoted"] or found["bare"] or "").strip() if found else "")
        elif command == "TRACK":
            found = _TRACK.match(rest)
            if found and int(found[1]) in _NUMBERS:
                tracks.append(_Track(int(found[1]), found[2].upper() == "AUDIO"))
        elif command == "INDEX" and tracks:
            names = names or [""]  # a sheet in tags need not name the file it is in
            tracks[-1].put_index(rest, len(names) - 1)
        elif command in _TEXTS:
            texts.put(command, rest)
        elif command == "REM":
            remark = _COMMAND.match(rest)
            if remark and remark[1].upper() in _REMARKS:
                texts.put(remark[1].upper(), remark[2])
    _check(tracks)
    files = tuple(
        CueFile(name, _placed([track for track in tracks if track.file == number]))
        for number, name in enumerate(names)
    )
    return CueSheet(
        files=files,
        title=album.get("TITLE"),
        performer=album.get("PERFORMER"),
        composer=album.get("COMPOSER", "SONGWRITER"),
        genre=album.get("GENRE"),
        date=album.get("DATE"),
        disc_number=album.get("DISCNUMBER"),
    )


def decoded(data: bytes) -> str:
    """The text of a sheet; whatever the bytes are, there is one."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, errors="replace")
    for encoding in ("utf-8", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")  # five bytes mean nothing in Windows-1252


class _Texts:
    """What is said of an album or a track, by command; the first of several counts."""

    def __init__(self) -> None:
        self._found: dict[str, str] = {}

    def put(self, command: str, rest: str) -> None:
        text = rest.strip()
        if text.startswith('"'):  # up to the last mark, for titles may have some inside
            text = text[1 : text.rfind('"') if text.rfind('"') > 0 else None].strip()
        if text:
            self._found.setdefault(command, text)

    def get(self, *commands: str) -> str | None:
        return next((self._found[each] for each in commands if each in self._found), None)


@dataclass(slots=True)
class _Track:
    """A track while its lines are read."""

    number: int
    is_audio: bool
    texts: _Texts = field(default_factory=_Texts)
    file: int | None = None  # number of the FILE in which it begins
    start: int = 0
    _index: int | None = None

    def put_index(self, rest: str, file: int) -> None:
        found = _INDEX.match(rest)
        if not found or int(found[4]) >= FRAMES:
            return
        index = int(found[1])
        # 01 rather than 00, and either rather than the marks inside a track that may follow.
        if self._index is None or (self._index == 0 and index == 1):
            self._index, self.file = index, file
            self.start = (int(found[2]) * 60 + int(found[3])) * FRAMES + int(found[4])


def _commands(text: str) -> Iterator[tuple[str, str]]:
    for line in re.split(r"[\r\n]+", text):
        found = _COMMAND.match(line)
        if found:
            yield found[1].upper(), found[2].strip()


def _placed(tracks: list[_Track]) -> tuple[CueTrack, ...]:
    ends = [*(after.start for after in tracks[1:]), None]
    return tuple(
        CueTrack(
            number=track.number,
            start=track.start,
            end=end,
            title=track.texts.get("TITLE"),
            performer=track.texts.get("PERFORMER"),
            composer=track.texts.get("COMPOSER", "SONGWRITER"),
            isrc=track.texts.get("ISRC"),
            genre=track.texts.get("GENRE"),
            date=track.texts.get("DATE"),
        )
        for track, end in zip(tracks, ends, strict=False)
        if track.is_audio
    )


def _check(tracks: list[_Track]) -> None:
    if not any(track.is_audio for track in tracks):
        raise BadSheet("it names no tracks")
    for track in tracks:
        if track.file is None:
            raise BadSheet(f"it does not say where track {track.number} begins")
        if sum((one.file, one.number) == (track.file, track.number) for one in tracks) > 1:
            raise BadSheet(f"it has two tracks {track.number}")
    for before, after in pairwise(tracks):
        if after.file == before.file and after.start <= before.start:
            raise BadSheet(f"track {after.number} begins no later than track {before.number}")
