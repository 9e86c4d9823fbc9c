"""Index runs beside a server, in a thread of its process, for who may change the library."""

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime

from mir.engine import Engine
from mir.errors import MirError
from mir.run_note import LastRun

log = logging.getLogger(__name__)


class RunsBeside:
    """One run at a time over the folders that are known; the workers are processes as ever."""

    def __init__(
        self, engine: Engine, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        """No run goes on; `engine` stays open until `close` was called."""
        self._engine = engine
        self._now = now
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stopping = threading.Event()
        self._last: LastRun | None = None

    @property
    def last(self) -> LastRun | None:
        """How the run ended that was begun last; None before the first one has."""
        return self._last

    @property
    def going_on(self) -> bool:
        """Whether a run that was begun here goes on."""
        thread = self._thread
        return thread is not None and thread.is_alive()

    def start(self) -> bool:
        """Begin a run; False where one goes on already, or the server is being stopped."""
        with self._lock:
            if self.going_on or self._stopping.is_set():
                return False
            self._thread = threading.Thread(target=self._run, name="indexing", daemon=True)
            self._thread.start()
        return True

    def close(self) -> None:
        """Ask the run to stop, and wait until what is under way is stored."""
        self._stopping.set()
        with self._lock:
            if self._thread is not None:
                self._thread.join()

    def _run(self) -> None:
        # Late, so that a server starts light.
        from indexer.folders import known_folders
        from indexer.progress_bar import report_line
        from indexer.whole_run import index_whole

        try:
            report = index_whole(
                self._engine, known_folders(self._engine), stop=self._stopping.is_set
            )
            said, failed = (report_line(report), *report.messages), False
        except MirError as error:
            said, failed = (str(error),), True
        except Exception:
            log.exception("The index run met an error of its own.")
            said, failed = (
                ("The run met an error of its own; the server's log has the cause.",),
                True,
            )
        self._last = LastRun(self._now(), said, failed)
