"""A file as it is compared: its sound and music from one decoding, and what its tags say."""

from dataclasses import dataclass

from mir.analysis import Tags
from mir.audio.source import Source
from mir.audio.tags import read_tags
from mir.errors import AudioError
from mir.fingerprinting import HeardWhole, hear_whole


@dataclass(frozen=True, slots=True, eq=False)
class HeardFile:
    """All that a check needs of a file."""

    heard: HeardWhole
    tags: Tags

    @property
    def seconds(self) -> float:
        """How long its sound is."""
        return self.heard.clip.seconds


def hear_file(source: Source, longest: float | None = None) -> HeardFile:
    """Hear a file, or the bytes of one, from beginning to end.

    Where it is damaged there is silence. Raises AudioError if no sound comes out of it, or more
    than `longest` seconds (None: any number).
    """
    heard = hear_whole(source, longest)
    try:
        tags = read_tags(source)
    except AudioError:  # it went away meanwhile; what was heard stays
        tags = Tags()
    return HeardFile(heard, tags)
