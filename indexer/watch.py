"""Following folders: waits until changes have settled, then has the folders they lie in indexed.

A note of the system says only that something happened at a path; what it was is found out by the
scan of the next run. So it does no harm if a note is lost or comes twice, and a folder that went
away or came back (a disk was unmounted or mounted) is one more change of that folder.
"""

import os
import stat
import time
from collections.abc import Callable, Collection, Generator, Sequence
from pathlib import Path

from mir.audio.walk import AUDIO_SUFFIXES, below
from mir.errors import MirError

QUIET_SECONDS = 5.0  # without a change before a run: what is being copied shall be whole
LONGEST_WAIT = 300.0  # seconds that changes without an end (a download) can put a run off
AGAIN_SECONDS = 5.0  # until a run is tried again that could not begin
TICK_SECONDS = 0.5  # between two looks at the clock, the folders and the wish to stop

_HEARD_OF = AUDIO_SUFFIXES | {".cue"}

# Which folder stands at a path: device and inode, so that a mount is a change; None for none.
Standing = tuple[int, int] | None

# From folders that are there to the paths that changed below them, time and again, without an
# end. What happens while nobody asks is told later; an empty collection comes every tick.
Source = Callable[[Sequence[Path]], Generator[Collection[Path]]]


def follow(
    roots: Sequence[Path],
    source: Source,
    run: Callable[[Sequence[Path]], bool],
    *,
    stop: Callable[[], bool],
    clock: Callable[[], float] = time.monotonic,
    standing: Callable[[Path], Standing] | None = None,
) -> None:
    """Index `roots` (absolute) by `run`, and then those in which something changed, until `stop()`.

    `run` returns whether it ran; if not, it is called again a little later. It gets all roots at
    first and when one of them went away or came back, else only those with changes. `standing`
    says which folder is at a path (`folder_at`).
    """
    look = standing or folder_at
    seen: dict[Path, Standing] = {}
    changes: Generator[Collection[Path]] | None = None
    waiting: dict[Path, None] = dict.fromkeys(roots)  # roots to be indexed, in order
    due = since = clock()
    try:
        while not stop():
            now = {root: look(root) for root in roots}
            if changes is None or now != seen:
                # Notes of the others are lost while the source is exchanged.
                waiting = dict.fromkeys(roots)
                if changes is not None:
                    changes.close()
                    due = since = clock()
                changes = source([root for root in roots if now[root] is not None])
                seen = now
            changed = next(changes)
            touched = [root for root in roots if any(below(path, [root]) for path in changed)]
            if touched:
                if not waiting:
                    since = clock()
                waiting.update(dict.fromkeys(touched))
                due = min(clock() + QUIET_SECONDS, since + LONGEST_WAIT)
            if waiting and clock() >= due and not stop():
                if run([root for root in roots if root in waiting]):
                    waiting = {}
                else:
                    due = clock() + AGAIN_SECONDS
    finally:
        if changes is not None:
            changes.close()


def folder_at(path: Path) -> Standing:
    """Say which folder stands at a path now."""
    try:
        facts = path.stat()
    except OSError:
        return None
    return (facts.st_dev, facts.st_ino) if stat.S_ISDIR(facts.st_mode) else None


def file_changes(home: Path, *, poll: float | None = None) -> Source:
    """Return the changes of files as the system notes them, or as looks every `poll` seconds find.

    Left out is what no run would read: hidden names, files that are no music, and the home.
    """

    def source(roots: Sequence[Path]) -> Generator[Collection[Path]]:
        if not roots:  # all are away; there is nothing to watch
            while True:
                time.sleep(TICK_SECONDS)
                yield ()
        from watchfiles import Change, watch

        def wanted(change: Change, path: str) -> bool:
            return _matters(Path(path), roots, home)

        try:
            yield from (
                [Path(path) for _, path in noted]
                for noted in watch(
                    *roots,
                    watch_filter=wanted,
                    debounce=1000,
                    rust_timeout=round(TICK_SECONDS * 1000),
                    yield_on_timeout=True,
                    force_polling=poll is not None,
                    poll_delay_ms=round((poll or 1.0) * 1000),
                    ignore_permission_denied=True,
                )
            )
        except FileNotFoundError:  # went away this moment; the next look at the roots says so
            while True:
                time.sleep(TICK_SECONDS)
                yield ()
        except OSError as error:
            raise MirError(
                f"The folders cannot be watched ({error}); raise fs.inotify.max_user_watches "
                "(sysctl), or look at them every minute with --poll 60."
            ) from error

    return source


def _matters(path: Path, roots: Sequence[Path], home: Path) -> bool:
    root = next((root for root in roots if below(path, [root])), None)
    if root is None or below(path, [home]):
        return False
    if any(part.startswith(".") for part in path.relative_to(root).parts):
        return False
    # What is gone may have been a folder, whatever its name.
    return path.suffix.lower() in _HEARD_OF or not os.path.isfile(path)  # noqa: PTH113
