"""The picture that a file carries of its album's cover."""

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mutagen.apev2 import APEv2
from mutagen.asf import ASFTags
from mutagen.flac import FLAC, Picture
from mutagen.flac import error as PictureError
from mutagen.id3 import ID3
from mutagen.mp4 import MP4Tags

from mir.audio.tagged_file import open_tags

LARGEST_COVER = 16 * 1024 * 1024  # bytes
_FRONT = 3  # the type that ID3, FLAC and ASF give to a front cover


@dataclass(frozen=True, slots=True)
class Cover:
    """An image and what it is: JPEG, PNG, GIF or WebP, told by its content."""

    data: bytes = field(repr=False)
    mime: str


def read_cover(path: Path) -> Cover | None:
    """The front cover in `path`, else its first picture; None if there is none of use.

    Pictures over 16 MiB and what is none of the four kinds are passed over, whatever the tag
    says they are. AudioError only if the file cannot be read.
    """
    file, tags = open_tags(path)
    try:
        pictures = list(_pictures(file, tags))
    except Exception:  # as for every tag: damage means that there is none
        return None
    # Stable, so that the first picture wins where none or several are front covers.
    for _, data in sorted(pictures, key=lambda picture: picture[0] != _FRONT):
        mime = picture_kind(data) if len(data) <= LARGEST_COVER else None
        if mime is not None:
            return Cover(bytes(data), mime)
    return None


def picture_kind(data: bytes) -> str | None:
    """The media type of an image by its first bytes; None if it is none of the four kinds."""
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "image/webp"
    return None


def _pictures(file: Any, tags: Any) -> Iterator[tuple[int, bytes]]:
    """(type, image) of every picture, in the order of the file."""
    if isinstance(file, FLAC):
        for picture in file.pictures:
            yield picture.type, picture.data
    if tags is None:
        return
    if isinstance(tags, ID3):
        for frame in tags.getall("APIC"):
            yield int(frame.type), frame.data
    elif isinstance(tags, MP4Tags):
        for data in tags.get("covr", []):
            yield _FRONT, bytes(data)
    elif isinstance(tags, ASFTags):
        for attribute in tags.get("WM/Picture", []):
            yield _asf_picture(attribute.value)
    elif isinstance(tags, APEv2):
        for key, value in tags.items():
            if key.lower().startswith("cover art"):
                front = key.lower() == "cover art (front)"
                yield (_FRONT if front else 0), value.value.partition(b"\0")[2]
    else:
        yield from _vorbis_pictures(tags)


def _asf_picture(data: bytes) -> tuple[int, bytes]:
    """Type (1 byte), size (4), MIME and description (UTF-16, ended by a nul each), image."""
    position = 5
    for _ in ("mime", "description"):
        while position + 1 < len(data) and data[position : position + 2] != b"\0\0":
            position += 2
        position += 2
    return data[0], data[position : position + int.from_bytes(data[1:5], "little")]


def _vorbis_pictures(tags: Any) -> Iterator[tuple[int, bytes]]:
    for text in tags.get("metadata_block_picture", []):
        try:
            picture = Picture(base64.b64decode(text))
        except (binascii.Error, ValueError, PictureError):
            continue
        yield picture.type, picture.data
    for text in tags.get("coverart", []):  # an older custom: the bare image
        try:
            yield 0, base64.b64decode(text)
        except (binascii.Error, ValueError):
            continue
