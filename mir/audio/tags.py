"""What a file says about itself: its tags as one plain value, whatever the format.

ID3 (in mp3, wav, aiff), Vorbis comments (flac, ogg, opus), MP4 atoms, ASF attributes and APE are
read. Odd tags are tolerated: what makes no sense is left out, and never an error.
"""

import re
from collections.abc import Iterable

from mir.analysis import Tags
from mir.audio.cover import Cover, read_cover
from mir.audio.source import Source
from mir.audio.tag_fields import Fields, fields_of
from mir.audio.tagged_file import open_tags

__all__ = ["Cover", "Fields", "read_cover", "read_fields", "read_tags", "tags_of"]

_LONGEST = 1_000  # characters of a text
_MOST = 50  # values of a field
_YEARS = range(1_400, 2_101)  # from the oldest music that people date to well after us
_NUMBERS = range(1, 10_000)
_YEAR = re.compile(r"(?<!\d)(\d{4})(?:(?!\d)|\d{4}(?!\d))")  # 1999, 1999-07-01, 19990701
_NUMBER = re.compile(r"\s*(\d{1,6})(?!\d)")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]+")


def read_tags(source: Source) -> Tags:
    """The tags of a file, empty where it says nothing; AudioError only if it is unreadable.

    Texts lose control characters and surrounding space, and end after 1000 characters. Several
    artists and genres keep their order; genres are also parted at semicolons.
    """
    return tags_of(read_fields(source))


def read_fields(source: Source) -> Fields:
    """The raw fields of the tags of a file; AudioError only if it is unreadable."""
    _, tags = open_tags(source)
    if tags is None:
        return {}
    try:
        return fields_of(tags)
    except Exception:  # mutagen reads some values lazily, and then meets the damage in them
        return {}


def tags_of(fields: Fields) -> Tags:
    """What raw fields say, cleaned as `read_tags` tells."""

    def texts(field: str) -> tuple[str, ...]:
        return _clean(fields.get(field, []))

    def text(field: str) -> str | None:
        return next(iter(texts(field)), None)

    return Tags(
        title=text("title"),
        artists=texts("artists"),
        album=text("album"),
        album_artist=text("album_artist"),
        genres=_genres(fields.get("genres", [])),
        year=_year(texts("year")),
        track_number=_number(texts("track_number")),
        disc_number=_number(texts("disc_number")),
        composer=text("composer"),
        lyricist=text("lyricist"),
        publisher=text("publisher"),
        copyright=text("copyright"),
        licence=text("licence"),
        isrc=text("isrc"),
        iswc=text("iswc"),
        work_mbid=next(iter(_mbids(texts("work_mbid"))), None),
        recording_mbid=next(iter(_mbids(texts("recording_mbid"))), None),
        release_mbid=next(iter(_mbids(texts("release_mbid"))), None),
        artist_mbids=_mbids(texts("artist_mbids")),
    )


def _clean(texts: Iterable[str]) -> tuple[str, ...]:
    """Each text fit to be stored and shown, once, without the empty ones."""
    cleaned: dict[str, None] = {}
    for text in texts:
        valid = text[: 4 * _LONGEST].encode("utf-8", errors="replace").decode("utf-8")
        short = _CONTROL.sub(" ", valid).strip()[:_LONGEST].strip()
        if short and len(cleaned) < _MOST:
            cleaned[short] = None
    return tuple(cleaned)


def _genres(texts: Iterable[str]) -> tuple[str, ...]:
    parts = (part for text in texts for part in text.split(";"))
    return tuple(genre for genre in _clean(parts) if genre.lower() != "unknown")


def _year(texts: Iterable[str]) -> int | None:
    for text in texts:
        for found in _YEAR.findall(text):
            if int(found) in _YEARS:
                return int(found)
    return None


def _number(texts: Iterable[str]) -> int | None:
    """The first number: 3 of "3/12"; "A1" is none."""
    for text in texts:
        found = _NUMBER.match(text)
        if found and int(found[1]) in _NUMBERS:
            return int(found[1])
    return None


def _mbids(texts: Iterable[str]) -> tuple[str, ...]:
    """The MusicBrainz ids (UUIDs) in `texts`."""
    return tuple(dict.fromkeys(_UUID.findall(" ".join(texts).lower())))
