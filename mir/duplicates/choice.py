"""Which of several copies of a recording to keep. Pure.

In this order: lossless before lossy, then the higher bit rate, sample rate, the longer one, the
one that says more about itself, the one that was there first. Lossless is what the codec says: a
file that was made from a lossy one cannot be told from a true one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields

from mir.analysis import FileFacts, Tags
from mir.catalogue.tracks import Track

_LOSSLESS = ("flac", "alac", "wavpack", "ape", "tta", "tak", "mlp", "truehd")
_TAGS = tuple(field.name for field in fields(Tags) if field.name != "genres")


@dataclass(frozen=True, slots=True)
class Copy:
    """A file that holds a recording, and the track that it is of."""

    track: Track
    file: FileFacts

    @property
    def lossless(self) -> bool:
        """Whether its codec loses nothing."""
        codec = self.file.codec or ""
        return codec in _LOSSLESS or codec.startswith("pcm")

    @property
    def told(self) -> int:
        """How many things its tags tell."""
        return sum(bool(getattr(self.track, name)) for name in _TAGS)


# What copies are compared by, in this order: how it is called, and its value, more being better.
_RULES = (
    ("lossless", lambda copy: copy.lossless),
    # Below a kilobit it is the tags that make a file larger.
    ("higher bit rate", lambda copy: round((copy.file.bit_rate or 0) / 1000)),
    ("higher sample rate", lambda copy: copy.file.sample_rate or 0),
    ("longer", lambda copy: round(copy.track.seconds)),
    ("more tags", lambda copy: copy.told),
)


def best_first(copies: Sequence[Copy]) -> tuple[Copy, ...]:
    """The copies in the order in which they are worth keeping; ids and paths break ties."""

    def worth(copy: Copy) -> tuple[object, ...]:
        better = (-rule(copy) for _, rule in _RULES)
        return (*better, copy.track.added_at, copy.track.id, str(copy.file.path))

    return tuple(sorted(copies, key=worth))


def why(copies: Sequence[Copy]) -> str:
    """Why the first of `best_first` is before the second, in words; "there first" if all is equal.

    ValueError for less than two.
    """
    best, next_best = copies[:2]
    for name, rule in _RULES:
        if rule(best) > rule(next_best):
            return name
    return "there first"
