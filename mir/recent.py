"""A small memory for answers that cost more to work out than to keep."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Recent(Generic[Key, Value]):
    """The answers to the last questions, safe to use from several threads.

    Keep only values that nobody changes. Two threads that ask the same new question at once
    may both work it out; neither waits for the other.
    """

    def __init__(self, size: int) -> None:
        """Keep at most `size` answers, those asked for last."""
        self._size = size
        self._kept: OrderedDict[Key, Value] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Key, make: Callable[[], Value]) -> Value:
        """The answer to `key`, worked out by `make` where it is not remembered."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        value = make()
        with self._lock:
            self._kept[key] = value
            self._kept.move_to_end(key)
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)
        return value
