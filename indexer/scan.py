"""Sets a library on disk against the catalogue: what is new, changed, gone or as it was.

Only names, sizes and modification times are compared; whether a new file is a known sound
at another place is seen later, by its hash. Files count as gone only where the disk was
really looked at: a root that is missing or came up empty prunes nothing and says so.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mir.analysis import Failure
from mir.audio.walk import FoundFile, Unreadable, below, walk

Stamp = tuple[int, int]  # size in bytes, modification time in nanoseconds


@dataclass(frozen=True, slots=True)
class Changes:
    """The difference between disk and catalogue below the roots that were scanned."""

    new: tuple[FoundFile, ...] = ()
    changed: tuple[FoundFile, ...] = ()
    gone: tuple[Path, ...] = ()
    unchanged: int = 0
    unreadable: tuple[Failure, ...] = ()
    messages: tuple[str, ...] = ()
    missing_roots: tuple[Path, ...] = ()  # missing, or empty though files are known there

    @property
    def work(self) -> tuple[FoundFile, ...]:
        """The files to be read, in the order of their paths."""
        return tuple(sorted((*self.new, *self.changed), key=lambda found: found.path))


def scan(roots: Sequence[Path], known: Mapping[Path, Stamp]) -> Changes:
    """Walk `roots` (absolute paths) and compare with `known`, the catalogue's files.

    `known` may hold files outside the roots; they are neither gone nor counted.
    """
    found: dict[Path, FoundFile] = {}
    unreadable: dict[Path, Failure] = {}
    messages: list[str] = []
    missing: list[Path] = []
    for root in roots:
        if not root.is_dir():
            missing.append(root)
            messages.append(_missing(root, _count_below(known, root)))
            continue
        files_here = 0
        for item in walk(root):
            if isinstance(item, Unreadable):
                unreadable[item.failure.path] = item.failure
            else:
                found[item.path] = item
                files_here += 1
        if files_here == 0 and root not in unreadable and (kept := _count_below(known, root)):
            missing.append(root)
            messages.append(_empty(root, kept))
    looked_at = [root for root in roots if root not in missing]
    shielded = [*unreadable, *missing]
    return Changes(
        new=tuple(file for path, file in found.items() if path not in known),
        changed=tuple(
            file for path, file in found.items() if path in known and known[path] != _stamp(file)
        ),
        gone=tuple(
            path
            for path in known
            if path not in found and below(path, looked_at) and not below(path, shielded)
        ),
        unchanged=sum(known.get(path) == _stamp(file) for path, file in found.items()),
        unreadable=tuple(unreadable.values()),
        messages=tuple(messages),
        missing_roots=tuple(missing),
    )


def _stamp(file: FoundFile) -> Stamp:
    return file.size, file.modified_ns


def _count_below(known: Iterable[Path], root: Path) -> int:
    return sum(below(path, (root,)) for path in known)


def _missing(root: Path, kept: int) -> str:
    if root.is_file():
        return f"{root} is a file; name the folder it lies in."
    if not kept:
        return f"The folder {root} does not exist; check its name."
    return (
        f"The folder {root} is not there; its {kept} known files stay in the catalogue. "
        "Is the disk mounted?"
    )


def _empty(root: Path, kept: int) -> str:
    return (
        f"The folder {root} holds no music; its {kept} known files stay in the catalogue. "
        "Is the disk mounted?"
    )
