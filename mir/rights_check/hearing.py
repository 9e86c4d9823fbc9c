"""A file as it is compared: its sound and music from one decoding, and what its tags say."""

from dataclasses import dataclass

from mir.analysis import Tags
from mir.audio.source import Source, name_of
from mir.audio.tags import read_tags
from mir.errors import AudioError
from mir.fingerprinting import HeardWhole, hear_whole
from mir.search.recognise import SHORTEST_SECONDS


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

    Where it is damaged there is silence. Raises AudioError if no sound comes out of it, less than
    a second, only silence, or more than `longest` seconds (None: any number).
    """
    heard = hear_whole(source, longest)
    if heard.clip.seconds < SHORTEST_SECONDS:
        raise AudioError(
            f"{name_of(source)} is too short to be compared ({heard.clip.seconds:.2f} s of sound); "
            "choose at least one second, better five"
        )
    if not any(len(grid) for grid in heard.clip.grids):
        raise AudioError(f"{name_of(source)} is silent, so it cannot be compared; play it")
    try:
        tags = read_tags(source)
    except AudioError:  # it went away meanwhile; what was heard stays
        tags = Tags()
    return HeardFile(heard, tags)
