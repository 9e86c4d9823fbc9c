"""Sets a library on disk against the catalogue: what is new, changed, moved, gone or as it was.

Nothing is opened. A file is as it was if size and modification time are. A name that is new, or
that now belongs to another file, is looked for among the files that are not at their place any
more: the same inode, size and time are evidence enough that one of them moved here. What such
evidence does not decide is read, and known by its sound. Files count as gone only where the disk
was really looked at: a root that is missing or came up empty prunes nothing and says so.
"""

import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from mir.analysis import Failure
from mir.audio.walk import FoundFile, Unreadable, below, walk
from mir.exclusion import PathRules

Stamp = tuple[int, int]  # size in bytes, modification time in nanoseconds
Renamed = tuple[tuple[Path, FoundFile], ...]  # another name of a file, the file as it is named now


@dataclass(frozen=True, slots=True)
class Changes:
    """The difference between disk and catalogue below the roots that were scanned."""

    new: tuple[FoundFile, ...] = ()
    changed: tuple[FoundFile, ...] = ()
    moved: Renamed = ()  # from where they were known
    links: Renamed = ()  # further names of files that have, or now get, another one here
    gone: tuple[Path, ...] = ()  # not at their place any more; some of them are in `moved`
    excluded: tuple[Path, ...] = ()  # known files that a path rule leaves out from now on
    unchanged: int = 0
    renumbered: tuple[FoundFile, ...] = ()  # unchanged, but for an inode that is to be noted
    unreadable: tuple[Failure, ...] = ()
    messages: tuple[str, ...] = ()
    missing_roots: tuple[Path, ...] = ()  # missing, or empty though files are known there

    @property
    def work(self) -> tuple[FoundFile, ...]:
        """The files to be read, in the order of their paths."""
        return tuple(sorted((*self.new, *self.changed), key=lambda found: found.path))

    @property
    def todo(self) -> int:
        """The number of files that are to be read, moved, linked or noted as unreadable."""
        to_read = len(self.new) + len(self.changed)
        return to_read + len(self.moved) + len(self.links) + len(self.unreadable)

    @property
    def lost(self) -> int:
        """The number of files that are gone and not found to have moved."""
        moved = {old for old, _ in self.moved}
        return sum(path not in moved for path in self.gone)

    def reading(self, targets: Iterable[Path]) -> "Changes":
        """Return the same changes, but with the files moved to `targets` to be read."""
        read = set(targets)
        return replace(
            self,
            new=(*self.new, *(file for _, file in self.moved if file.path in read)),
            moved=tuple(pair for pair in self.moved if pair[1].path not in read),
        )


def scan(
    roots: Sequence[Path],
    known: Mapping[str, Stamp],
    inodes: Mapping[str, int | None] | None = None,
    *,
    rules: PathRules | None = None,
    prune: bool = False,
) -> Changes:
    """Walk `roots` (absolute paths) and compare with `known`, the catalogue's files.

    `known` may hold files outside the roots; they are neither gone nor counted. `inodes` has those
    of them that may be taken for moved without being read, with their inodes, None where that was
    not noted yet. `rules` leave paths out. With `prune`, what is known below a root that is missing
    or empty counts as gone.
    """
    walked = _walk_all(roots, known, rules, prune)
    found, inodes = walked.found, inodes or {}
    differing: list[FoundFile] = []
    renumbered: list[FoundFile] = []
    for name, file in found.items():
        if known.get(name) != (file.size, file.modified_ns):
            differing.append(file)
        elif file.inode is not None and inodes.get(name, file.inode) != file.inode:
            renumbered.append(file)
    away = [
        name
        for name in known
        if name not in found and below(name, walked.looked_at) and not below(name, walked.shielded)
    ]
    excluded = _excluded(away, walked.looked_at, rules)
    gone = [name for name in away if name not in excluded]
    read, moved, links = _by_evidence(differing, found, known, inodes, gone)
    return Changes(
        new=tuple(file for file in read if file.name not in known),
        changed=tuple(file for file in read if file.name in known),
        moved=moved,
        links=links,
        gone=tuple(map(Path, gone)),
        excluded=tuple(map(Path, excluded)),
        unchanged=len(found) - len(differing),
        renumbered=tuple(renumbered),
        unreadable=tuple(walked.unreadable.values()),
        messages=walked.messages,
        missing_roots=walked.missing,
    )


@dataclass(frozen=True, slots=True)
class _Walked:
    """What the disk holds below some roots, and where it was really looked at."""

    found: dict[str, FoundFile]
    unreadable: dict[Path, Failure]
    messages: tuple[str, ...]
    missing: tuple[Path, ...]
    looked_at: tuple[Path, ...]
    shielded: tuple[Path, ...]


def _walk_all(
    roots: Sequence[Path], known: Iterable[str], rules: PathRules | None, prune: bool
) -> _Walked:
    found: dict[str, FoundFile] = {}
    unreadable: dict[Path, Failure] = {}
    messages: list[str] = []
    missing: list[Path] = []
    for root in roots:
        # Not `root.is_dir()`, which raises at a mount that has died.
        if not os.path.isdir(root):  # noqa: PTH112
            missing.append(root)
            messages.append(_missing(root, _count_below(known, root), prune))
            continue
        files_here = 0
        for item in walk(root, partial(rules.match, str(root)) if rules else None):
            if isinstance(item, Unreadable):
                unreadable[item.failure.path] = item.failure
            else:
                found[item.name] = item
                files_here += 1
        if files_here or root in unreadable:
            continue
        # A root of which the rules leave nothing is not empty.
        kept = sum(not (rules and rules.match_within(str(root), p)) for p in _below(known, root))
        if kept:
            missing.append(root)
            messages.append(_empty(root, kept, prune))
    return _Walked(
        found=found,
        unreadable=unreadable,
        messages=tuple(messages),
        missing=tuple(missing),
        looked_at=tuple(root for root in roots if prune or root not in missing),
        shielded=tuple(unreadable) if prune else (*unreadable, *missing),
    )


def _by_evidence(
    differing: Sequence[FoundFile],
    found: Mapping[str, FoundFile],
    known: Mapping[str, Stamp],
    inodes: Mapping[str, int | None],
    gone: Iterable[str],
) -> tuple[list[FoundFile], Renamed, Renamed]:
    """Part what differs into files to be read, moved ones, and further names of others.

    An inode alone proves little where a file system makes its numbers up anew (FAT, some network
    disks). So a move also needs a size and time that no second known file has, and two names
    are one file only where the system says that it has several.
    """
    if not differing:
        return [], (), ()
    stamps = Counter(known.values())
    vacated = set(gone) | {file.name for file in differing}
    home: dict[tuple[int, int, int], str] = {}  # evidence -> the name of a file that is there
    left_from: dict[tuple[int, int, int], str] = {}  # evidence -> the place it is no more at
    for name, inode in inodes.items():
        if inode is None or name not in known:
            continue
        evidence = (inode, *known[name])
        if name in vacated:
            if stamps[known[name]] == 1:
                left_from[evidence] = name
        elif name in found and found[name].linked and found[name].inode == inode:
            home.setdefault(evidence, name)
    read: list[FoundFile] = []
    moved: list[tuple[Path, FoundFile]] = []
    links: list[tuple[Path, FoundFile]] = []
    for file in differing:
        if file.inode is None:
            read.append(file)
            continue
        evidence = (file.inode, file.size, file.modified_ns)
        if evidence in left_from:
            moved.append((Path(left_from.pop(evidence)), file))
            home[evidence] = file.name
        elif file.linked and evidence in home:
            links.append((Path(home[evidence]), file))
        else:
            read.append(file)
            if file.linked:
                home[evidence] = file.name
    return read, tuple(moved), tuple(links)


def _excluded(
    names: Sequence[str], roots: Sequence[Path], rules: PathRules | None
) -> frozenset[str]:
    if not rules:
        return frozenset()
    return frozenset(
        name
        for name in names
        if any(below(name, (root,)) and rules.match_within(str(root), name) for root in roots)
    )


def _below(known: Iterable[str], root: Path) -> Iterable[str]:
    return (name for name in known if below(name, (root,)))


def _count_below(known: Iterable[str], root: Path) -> int:
    return sum(1 for _ in _below(known, root))


def _missing(root: Path, kept: int, prune: bool) -> str:
    if os.path.isfile(root):  # noqa: PTH113
        return f"{root} is a file; name the folder it lies in."
    if not kept:
        return f"The folder {root} does not exist; check its name."
    return f"The folder {root} is not there; {_kept(root, kept, prune)}"


def _empty(root: Path, kept: int, prune: bool) -> str:
    return f"The folder {root} holds no music; {_kept(root, kept, prune)}"


def _kept(root: Path, kept: int, prune: bool) -> str:
    if prune:
        return f"its {kept} known files leave the catalogue."
    return (
        f"its {kept} known files stay in the catalogue. Is the disk mounted? "
        f"If they are gone for good: mir index --prune {root}"
    )
