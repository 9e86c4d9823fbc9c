"""The bar of a long recording: drawn on a terminal, and nothing elsewhere."""

import io
import sys

import pytest
from rich.console import Console

from indexer import bar


def drawn(monkeypatch: pytest.MonkeyPatch, terminal: bool) -> str:
    """What is written while a recording of two minutes is looked through."""
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=terminal, width=80, color_system=None)
    monkeypatch.setattr(bar, "bar_console", lambda: console)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
    with bar.recording_bar() as show:
        show("Listening", 0.0, None)
        show("Listening", 60.0, 120.0)
        show("Comparing", 119.6, 120.0)
    return screen.getvalue()


def test_the_last_state_is_drawn_before_it_is_wiped(monkeypatch: pytest.MonkeyPatch) -> None:
    last = drawn(monkeypatch, terminal=True).rpartition("Comparing")[2]
    assert "2:00 of 2:00" in last


def test_where_there_is_no_terminal_nothing_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    assert drawn(monkeypatch, terminal=False) == ""
