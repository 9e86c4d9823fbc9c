"""One index run under way: workers read files, and what they find is stored batch by batch.

A batch is one transaction, so that a kill costs no more than the batch under way. The index follows
every few seconds, at a cost that stays a fraction of the run.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

from indexer import pool
from indexer.analyse import MakeAnalyser
from indexer.outcomes import Outcome, path_of
from indexer.pool import Done, Lost, Tick
from indexer.run_report import Progress
from indexer.scan import Changes, Renamed, Stamp
from indexer.storing import Tally, link_files, store_batch
from mir.analysis import Failure
from mir.audio.parts import look
from mir.engine import Engine

BATCH_FILES = 32
BATCH_SECONDS = 2.0
INDEX_SECONDS = 5.0  # between two saves of the index, at least
INDEX_SHARE = 0.1  # of the time of a run that saving the index may take


class Run:
    """The state of one run: what is done, what waits to be stored, when the index was saved."""

    def __init__(
        self,
        engine: Engine,
        known: Mapping[str, Stamp],
        changes: Changes,
        owed: Collection[Path],
        progress: Callable[[Progress], None],
        now: Callable[[], datetime],
        clock: Callable[[], float],
        started: float,
    ) -> None:
        """Begin a run over `changes`; `owed` are unchanged files that some model must hear."""
        self.tally = Tally(moved=len(changes.moved))
        self.total = changes.todo + len(owed)
        self._links = len(changes.links)
        self._engine = engine
        self._known = known
        self._gone = frozenset(changes.gone)
        self._owed = owed
        self._progress = progress
        self._now = now
        self._clock = clock
        self._started = started
        self._again: list[Path] = []
        self._saved_at = clock()
        self._save_seconds = 0.0

    def analyse(
        self,
        paths: Sequence[Path],
        make_work: MakeAnalyser,
        jobs: int,
        stop: Callable[[], bool],
    ) -> None:
        """Have the workers read `paths`, and store what they find."""
        settings = self._engine.settings
        batch: list[Outcome] = []
        batch_since = self._clock()
        answers = pool.run(
            paths,
            make_work,
            jobs=jobs,
            seconds_each=settings.seconds_each,
            memory_each=settings.max_memory_bytes,
            nice=settings.nice,
            stop=stop,
            clock=self._clock,
        )
        with closing(answers):
            for answer in answers:
                if not isinstance(answer, Tick):
                    batch.append(_outcome(answer))
                late = self._clock() - batch_since >= BATCH_SECONDS
                if len(batch) >= BATCH_FILES or late:
                    self.store(batch)
                    batch, batch_since = [], self._clock()
                    self._save_index_now_and_then()
        self.store(batch)

    def store(self, batch: Sequence[Outcome]) -> None:
        """Store a batch in one transaction and say how far the run is."""
        current = None
        if batch:
            self.tally, again = store_batch(
                self._engine.catalogue,
                batch,
                owed=self._owed,
                before=self.tally,
                known_paths=self._known,
                gone=self._gone,
                now=self._now(),
            )
            self._again.extend(again)
            current = path_of(batch[-1])
        tally = self.tally
        self._progress(
            Progress(
                done=tally.done,
                total=self.total,
                failures=tally.failed,
                music_seconds=tally.music_seconds,
                elapsed=self._clock() - self._started,
                current=current,
            )
        )

    @property
    def all_read(self) -> bool:
        """Whether every file was read but those that are further names of others."""
        return self.tally.done + len(self._again) >= self.total - self._links

    def link(self, links: Renamed) -> None:
        """Store further names of files, which were not read under those."""
        self.tally, again = link_files(self._engine.catalogue, links, self.tally)
        self._again.extend(again)

    def take_again(self) -> list[Path]:
        """Return the files that must be read once more, and forget them."""
        again, self._again = self._again, []
        return again

    def _save_index_now_and_then(self) -> None:
        """Let searches see what was stored, at a cost that stays a fraction of the run."""
        begun = self._clock()
        if begun - self._saved_at < max(INDEX_SECONDS, self._save_seconds / INDEX_SHARE):
            return
        self._engine.refresh_index()
        self._saved_at = self._clock()
        self._save_seconds = self._saved_at - begun


def _outcome(answer: Done | Lost) -> Outcome:
    if isinstance(answer, Done):
        value = answer.value
        assert isinstance(value, Outcome)
        return value
    try:
        # As a scan sees the file: else one that is ignored would look changed in every run.
        size, modified_ns = look(answer.path)
    except OSError:
        size = modified_ns = 0
    reason = f"The process that read this file {answer.cause}; the file is left out."
    return Failure(answer.path, size, modified_ns, reason, "worker")
