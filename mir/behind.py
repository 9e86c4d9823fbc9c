"""A value that is worked out beside the questions, and may be behind what it should be."""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")

_REST = 20.0  # times what working it out took, before it is worked out again


class Behind(Generic[Key, Value]):
    """One value and the key it belongs to, safe to use from several threads.

    A new key has a thread work the value out anew, at most one at a time and most of the time
    none; meanwhile the old value answers.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        """Begin without a value; `clock` gives seconds from any beginning."""
        self._clock = clock
        self._kept: tuple[Key, Value] | None = None
        self._error: Exception | None = None
        self._thread: threading.Thread | None = None
        self._not_before = clock()
        self._lock = threading.Lock()

    def get(
        self,
        key: Key,
        make: Callable[[], Value],
        patience: float,
        may_use: Callable[[Key], bool] = lambda old: True,
    ) -> Value | None:
        """The value of the key or, while that is worked out by `make`, the one before.

        Where there is none before, or `may_use` refuses the key it belongs to, wait for
        `patience` seconds at most; None where that was too short. What `make` raises is raised
        to the next who asks.
        """
        with self._lock:
            kept, error, self._error = self._kept, self._error, None
            if error is not None:
                raise error
            if kept is not None and kept[0] == key:
                return kept[1]
            usable = kept is not None and may_use(kept[0])
            working = self._thread is not None and self._thread.is_alive()
            if not working and (not usable or self._clock() >= self._not_before):
                self._thread = threading.Thread(target=self._work, args=(key, make), daemon=True)
                self._thread.start()
            thread = self._thread
        if usable or thread is None:
            return kept and kept[1]
        thread.join(patience)
        with self._lock:
            made, error, self._error = self._kept, self._error, None
        if error is not None:
            raise error
        return made[1] if made is not None and (made is not kept) else None

    def close(self) -> None:
        """Wait for a thread that works."""
        thread = self._thread
        if thread is not None:
            thread.join()

    def _work(self, key: Key, make: Callable[[], Value]) -> None:
        began = self._clock()
        try:
            value = make()
        except Exception as error:
            with self._lock:
                self._error = error
            return
        now = self._clock()
        with self._lock:
            self._kept = (key, value)
            self._not_before = now + _REST * (now - began)
