"""How paths of one machine become those of another: folders that lie elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mir.catalogue.paths import stored
from mir.errors import InvalidQuery


@dataclass(frozen=True, slots=True)
class Move:
    """A folder, and where it lies on this machine; both absolute."""

    old: Path
    new: Path

    def __post_init__(self) -> None:
        """Raise InvalidQuery where one of them is not absolute."""
        for path in (self.old, self.new):
            if not path.is_absolute():
                raise InvalidQuery(f"{path} is no absolute path; begin it with a slash.")


class Moves:
    """The moves of one import; of several that fit a path, that of the longest folder counts."""

    def __init__(self, moves: Sequence[Move] = ()) -> None:
        """Take the moves; InvalidQuery where one folder is to go to two places."""
        pairs = {(stored(move.old).rstrip(b"/"), stored(move.new).rstrip(b"/")) for move in moves}
        self._pairs = sorted(pairs, key=lambda pair: (-len(pair[0]), pair))
        olds = [old for old, _ in self._pairs]
        twice = next((old for old in olds if olds.count(old) > 1), None)
        if twice is not None:
            raise InvalidQuery(f"{twice.decode(errors='replace')} is mapped to two folders.")

    def __call__(self, path: bytes) -> bytes:
        """Return where the path lies here, which is the path itself where no move fits."""
        for old, new in self._pairs:
            if path == old or path.startswith(old + b"/"):
                return new + path[len(old) :] or b"/"
        return path
