"""Files compared with the library one after the other, each decoded in a bounded worker."""

import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from indexer import pool
from indexer.pool import Done, Tick
from indexer.run_report import Progress
from indexer.worker import Work
from mir.analysis import Span
from mir.audio.snippet import snippet
from mir.audio.source import name_of
from mir.audio.walk import Unreadable, walk
from mir.engine import Engine
from mir.errors import AudioError, NotFound
from mir.rights_check.check import Checker
from mir.rights_check.hearing import HeardFile, hear_file
from mir.rights_check.page import Snippets, spans, wanted
from mir.rights_check.report import CheckedFile, Report

Told = Callable[[Progress], None]
Stop = Callable[[], bool]
Cuts = Mapping[Path, tuple[Span, ...]]


@dataclass(frozen=True, slots=True)
class Unheard:
    """A file that gives no sound, and why."""

    trouble: str


@dataclass(frozen=True, slots=True)
class MakeHearer:
    """A recipe for a worker that hears files."""

    def __call__(self) -> Work:
        """Return the work."""
        return _heard


@dataclass(frozen=True, slots=True)
class MakeCutter:
    """A recipe for a worker that cuts snippets out of files: each span, None where it fails."""

    cuts: Cuts

    def __call__(self) -> Work:
        """Return the work."""
        return lambda path: tuple(_cut(path, span) for span in self.cuts[path])


def check_files(
    engine: Engine,
    place: Path,
    *,
    jobs: int | None = None,
    progress: Told = lambda _: None,
    stop: Stop = lambda: False,
    clock: Callable[[], float] = time.monotonic,
) -> Report:
    """Check a file, or all audio files below a folder; those that cannot be heard are told as such.

    `jobs` is how many are decoded at once (None: as the settings say). Raises NotFound if there is
    nothing at `place`.
    """
    found, unreadable = _files(place)
    checker = Checker(engine)
    done: dict[Path, CheckedFile] = {each.path: each for each in unreadable}
    started, seconds, comparing = clock(), 0.0, 0.0

    def workers_clock() -> float:
        # While this process compares, workers wait to be heard: that is not their time.
        return clock() - comparing

    for path, value in _worked(engine, found, MakeHearer(), jobs, stop, workers_clock):
        if isinstance(value, HeardFile):
            begin = clock()
            done[path] = CheckedFile(path, checker.check(value))
            comparing += clock() - begin
            seconds += value.seconds
        else:
            trouble = value.trouble if isinstance(value, Unheard) else str(value)
            done[path] = CheckedFile(path, None, trouble)
        failed = sum(1 for each in done.values() if each.checked is None)
        progress(
            Progress(
                len(done),
                len(found) + len(unreadable),
                failed,
                seconds,
                clock() - started,
                path,
                "Checking",
            )
        )
    files = tuple(done[path] for path in sorted(done))
    every = len(found) + len(unreadable)
    return Report(files, checker.among, checker.among_music, stopped=len(done) < every)


def cut_snippets(
    engine: Engine,
    report: Report,
    *,
    jobs: int | None = None,
    progress: Told = lambda _: None,
    stop: Stop = lambda: False,
    clock: Callable[[], float] = time.monotonic,
) -> Snippets:
    """The sound of both sides of the findings that a page has room for."""
    cuts: dict[Path, list[Span]] = {}
    places: dict[tuple[int, int], tuple[tuple[Path, Span] | None, tuple[Path, Span] | None]] = {}
    for key, (file, finding) in wanted(report).items():
        one, two = spans(finding)
        present = next((path for path in finding.track.paths if path.is_file()), None)
        places[key] = (file.path, one), None if present is None else (present, two)
        for each in places[key]:
            if each is not None:
                cuts.setdefault(each[0], []).append(each[1])
    made: dict[tuple[Path, Span], bytes | None] = {}
    started = clock()
    recipe = MakeCutter({path: tuple(each) for path, each in cuts.items()})
    for number, (path, value) in enumerate(
        _worked(engine, list(cuts), recipe, jobs, stop, clock), 1
    ):
        if isinstance(value, tuple):
            made.update(zip(((path, span) for span in cuts[path]), value, strict=True))
        progress(Progress(number, len(cuts), 0, 0.0, clock() - started, path, "Cutting snippets"))

    def cut(place: tuple[Path, Span] | None) -> bytes | None:
        return None if place is None else made.get(place)

    return {key: (cut(one), cut(two)) for key, (one, two) in places.items()}


def _files(place: Path) -> tuple[list[Path], list[CheckedFile]]:
    """(files to hear, those and the folders that cannot be read) at a place."""
    place = place.absolute()
    if not place.exists():
        raise NotFound(f"There is nothing at {place}; check the path.")
    if not place.is_dir():
        return [place], []
    found: list[Path] = []
    unreadable: list[CheckedFile] = []
    for each in walk(place):
        if isinstance(each, Unreadable):
            unreadable.append(CheckedFile(each.failure.path, None, each.failure.reason))
        else:
            found.append(each.path)
    return found, unreadable


def _worked(
    engine: Engine,
    paths: Sequence[Path],
    recipe: Callable[[], Work],
    jobs: int | None,
    stop: Stop,
    clock: Callable[[], float],
) -> Generator[tuple[Path, object]]:
    """(path, what the work returned, or else a sentence) as they come."""
    settings = engine.settings
    answers = pool.run(
        paths,
        recipe,
        jobs=min(jobs or settings.jobs, max(1, len(paths))),
        seconds_each=settings.seconds_each,
        memory_each=settings.max_memory_bytes,
        nice=settings.nice,
        stop=stop,
        clock=clock,
    )
    with closing(answers):
        for answer in answers:
            if isinstance(answer, Tick):
                continue
            if isinstance(answer, Done):
                yield answer.path, answer.value
            else:
                yield answer.path, f"{name_of(answer.path)} {answer.cause}"


def _heard(path: Path) -> HeardFile | Unheard:
    try:
        return hear_file(path)
    except AudioError as error:
        return Unheard(str(error))


def _cut(path: Path, span: Span) -> bytes | None:
    try:
        return snippet(path, span)
    except AudioError:
        return None
