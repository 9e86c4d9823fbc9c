"""Prints values for people (tables, facts, complaints) and for programs (JSON).

On a terminal a table fits its width; piped it is plain: one line a row, nothing cut, no
colours. Text from files is made harmless first: control characters and bytes that are not
UTF-8 are shown escaped, so a tag cannot drive the terminal.
"""

import json
import sys
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from mir.catalogue.paging import Page

PIPED_WIDTH = 100_000


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: its heading, whether it holds numbers, and what may give way."""

    title: str
    right: bool = False
    flexible: bool = False  # shares the width that is left; the others are never cut


def console() -> Console:
    """Return a console on today's standard output, plain when that is no terminal."""
    piped = not sys.stdout.isatty()
    return Console(
        file=sys.stdout,
        width=PIPED_WIDTH if piped else None,
        no_color=True if piped else None,
        highlight=False,
        markup=False,
        emoji=False,
    )


def bar_console() -> Console:
    """Return a console on today's standard error, for what is drawn and wiped again."""
    return Console(file=sys.stderr, highlight=False, emoji=False)


def print_table(
    columns: Sequence[Column], rows: Iterable[Sequence[str]], *, empty: str = "Nothing."
) -> None:
    """Print `rows` under headings, or the sentence `empty` if there are none.

    A cell may have several lines; piped they are joined by a middle dot.
    """
    out = console()
    piped = not out.is_terminal
    table = Table(
        box=None if piped else box.SIMPLE_HEAD,
        pad_edge=False,
        show_edge=False,
        header_style="bold",
    )
    for column in columns:
        table.add_column(
            column.title,
            justify="right" if column.right else "left",
            no_wrap=piped or not column.flexible,
            overflow="fold",
            ratio=None if piped or not column.flexible else 1,
        )
    count = 0
    for row in rows:
        count += 1
        cells = [shown(_flat(cell) if piped else cell, lines=True) for cell in row]
        table.add_row(*(_cell(cell) for cell in cells))
    if not count:
        click.echo(empty)
        return
    if not piped:
        out.print(table)
        return
    with out.capture() as captured:
        out.print(table)
    click.echo("\n".join(line.rstrip() for line in captured.get().splitlines()))


def print_hanging(label: str, text: str) -> None:
    """Print `text` behind `label`, on a terminal folded below its own beginning."""
    indent = " " * len(click.unstyle(label))
    text = shown(text)
    if sys.stdout.isatty():
        width = max(20, console().width)
        text = textwrap.fill(indent + text, width, subsequent_indent=indent).lstrip()
    click.echo(label + text)


def print_facts(facts: Mapping[str, str]) -> None:
    """Print names and values in two columns."""
    width = max(map(len, facts), default=0)
    for name, value in facts.items():
        for number, line in enumerate(value.split("\n")):
            label = (name if number == 0 else "").ljust(width)
            print_hanging(click.style(label, bold=True) + "  ", line)


def print_json(value: object, *, one_line: bool = False) -> None:
    """Print `value` as JSON in ASCII, whatever the locale; indented unless `one_line`.

    Frozen values become objects with their fields' names, paths strings (bytes that are not
    UTF-8 as lone surrogates, which Python reads back), times ISO 8601.
    """
    click.echo(json.dumps(as_plain(value), indent=None if one_line else 2))


def as_plain(value: object) -> Any:
    """Turn frozen values into dictionaries, lists, strings and numbers."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: as_plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): as_plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [as_plain(item) for item in value]
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if hasattr(value, "tolist"):  # arrays and numpy numbers
        return value.tolist()
    return value


def complain(message: str) -> None:
    """Print `mir: …` in one line on standard error, red on a terminal."""
    click.secho(f"mir: {shown(message)}", fg="red", err=True)


def warn(message: str) -> None:
    """Print `mir: …` in one line on standard error, yellow on a terminal."""
    click.secho(f"mir: {shown(message)}", fg="yellow", err=True)


def say(message: str) -> None:
    """Print one line of text on standard output."""
    click.echo(shown(message))


def print_page(
    columns: Sequence[Column],
    rows: Iterable[Sequence[str]],
    page: "Page[Any]",
    offset: int,
    *,
    empty: str,
) -> None:
    """Print the part of a list that begins at `offset` as `print_table` does, and which it is."""
    print_table(columns, rows, empty=empty)
    say_part(offset, len(page.items), page.total)


def say_part(offset: int, count: int, total: int) -> None:
    """Say which part of a list was printed, where it was not the whole."""
    if count < total:
        say(f"{offset + 1} to {offset + count} of {total}; go on with --offset {offset + count}.")


def shown(text: str, *, lines: bool = False) -> str:
    """Return `text` fit for a terminal; line ends stay only if `lines`, else become "; "."""
    if not lines:
        text = "; ".join(part for part in text.splitlines() if part)
    return "".join(_harmless(character) for character in text)


def bytes_shown(count: int) -> str:
    """Return a size in a unit of at least one: 12.3 MiB."""
    size = float(count)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if size < 1024:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1024
    return f"{size:.1f} TiB"


def _flat(text: str) -> str:
    return " · ".join(part for part in text.splitlines() if part)


def _cell(text: str) -> Text:
    first, _, rest = text.partition("\n")
    cell = Text(first)
    if rest:
        cell.append("\n" + rest, style="dim")
    return cell


def _harmless(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that is not UTF-8 (PEP 383)
        return f"\\x{code - 0xDC00:02x}"
    if 0xD800 <= code <= 0xDFFF:
        return "\ufffd"
    if character != "\n" and (code < 0x20 or 0x7F <= code < 0xA0):
        return f"\\x{code:02x}"
    return character
