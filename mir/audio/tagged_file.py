"""Opens the tags of a file with mutagen, whatever the file's name says and however odd they are."""

import io
from typing import Any, BinaryIO

import mutagen
from mutagen.apev2 import APEv2
from mutagen.id3 import ID3
from mutagen.mp3 import MP3

from mir.audio.source import Source, open_source


class _Nameless(io.BufferedReader):
    """A file without a name: mutagen would believe a suffix more than the content."""

    name = ""


def open_tags(source: Source) -> tuple[Any, Any]:
    """(the file as mutagen knows it or None, its tags or None); AudioError if it is unreadable."""
    opened = open_source(source)
    # The bytes of an upload have no name anyhow.
    with _Nameless(opened.detach()) if isinstance(opened, io.BufferedReader) else opened as file:
        known = _attempt(mutagen.File, file)
        if known is not None and known.tags:
            return known, known.tags
        # Tags that belong to another format than the one they stand in: ID3 before a FLAC
        # stream, APE behind an mp3, or either in a file that is otherwise damaged.
        for kind in (ID3, APEv2) if known is None or isinstance(known, MP3) else (ID3,):
            tags = _attempt(kind, file)
            if tags:
                return known, tags
    return known, None


def _attempt(read: Any, file: BinaryIO) -> Any:
    file.seek(0)
    try:
        return read(file)
    except Exception:
        # mutagen promises MutagenError, but damaged files bring IndexError, struct.error and
        # others out of it. Whatever it was: there are then no tags to read.
        return None
