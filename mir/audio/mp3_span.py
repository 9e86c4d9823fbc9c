"""Where the audio of an mp3 file lies between the tags at both of its ends."""

from typing import BinaryIO

from mir.audio.source import source_size

_ID3V1, _ID3V1_LONG = 128, 227  # bytes; the long one stands before the short one
_APE_FOOTER = 32


def mp3_span(file: BinaryIO) -> tuple[int, int] | None:
    """(first byte, byte after the last) of the frames; None unless it is plainly an mp3.

    Plainly: a frame of layer III follows the ID3v2 tags at once. At the end, ID3v1, APE,
    Lyrics3 and ID3v2 tags are left out, in whatever order they come.
    """
    size = source_size(file)
    start = 0
    while (length := _id3v2_length(_read(file, start, 10))) is not None:
        start += length
    if not _is_frame_header(_read(file, start, 4)):
        return None
    end = size
    while (length := _tag_before(file, start, end)) > 0:
        end -= length
    return start, end


def _read(file: BinaryIO, start: int, count: int) -> bytes:
    file.seek(max(0, start))
    return file.read(count)


def _id3v2_length(head: bytes, mark: bytes = b"ID3") -> int | None:
    """The whole length of the ID3v2 tag with this header or footer; None if it is no such."""
    if len(head) < 10 or head[:3] != mark or 255 in head[3:5] or max(head[6:10]) > 127:
        return None
    body = head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]
    return 10 + body + (10 if head[5] & 0x10 else 0)


def _is_frame_header(head: bytes) -> bool:
    """Whether this begins a frame of MPEG audio, layer III, with a bit rate and a sample rate."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return False
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    bit_rate, sample_rate = head[2] >> 4, head[2] >> 2 & 3
    return version != 1 and layer == 1 and bit_rate not in (0, 15) and sample_rate != 3


def _tag_before(file: BinaryIO, start: int, end: int) -> int:
    """The length of the tag that ends at `end` and begins after `start`; 0 if there is none."""
    length = _length_of_tag_before(file, end)
    return length if 0 < length < end - start else 0


def _length_of_tag_before(file: BinaryIO, end: int) -> int:
    if _read(file, end - _ID3V1, 3) == b"TAG":
        long = _read(file, end - _ID3V1 - _ID3V1_LONG, 4) == b"TAG+"
        return _ID3V1 + (_ID3V1_LONG if long else 0)
    tail = _read(file, end - _APE_FOOTER, _APE_FOOTER)
    if len(tail) < _APE_FOOTER:
        return 0
    if tail.startswith(b"APETAGEX"):
        items = int.from_bytes(tail[12:16], "little")  # with the footer, without the header
        has_header = bool(tail[23] & 0x80)
        return items + (_APE_FOOTER if has_header else 0)
    if tail.endswith(b"LYRICS200") and tail[-15:-9].isdigit():
        return int(tail[-15:-9]) + 15
    return _id3v2_length(tail[-10:], b"3DI") or 0
