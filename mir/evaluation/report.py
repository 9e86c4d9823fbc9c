"""A report of figures as one frozen value, and two of its written forms: JSON and Markdown.

The Markdown is padded to columns, so that it also reads well on a terminal of 80 columns;
the JSON holds every figure with its interval, unrounded. `mir.evaluation.page` writes the third,
a web page with pictures.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from mir.evaluation.interval import Measured
from mir.evaluation.pictures import Picture

Cell = Measured | float | int | str | None


@dataclass(frozen=True, slots=True)
class Row:
    """One subject that was measured, and its figures by column; None is "not measured"."""

    name: str
    cells: Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows that bear the same columns; `note` says how they were measured."""

    title: str
    subject: str  # heading of the rows' names
    rows: tuple[Row, ...]
    note: str = ""
    pictures: tuple[Picture, ...] = ()  # shown where pictures can be

    @property
    def columns(self) -> tuple[str, ...]:
        """Headings of the figures; none where there are no rows."""
        return tuple(self.rows[0].cells) if self.rows else ()

    def __post_init__(self) -> None:
        """Refuse rows of unlike columns."""
        columns = {tuple(row.cells) for row in self.rows}
        if len(columns) > 1:
            raise ValueError(f"the rows of {self.title!r} bear unlike columns: {sorted(columns)}")


@dataclass(frozen=True, slots=True)
class Report:
    """What an evaluation found; `left_out` names each file that did not count, and why."""

    title: str
    model: Mapping[str, str | int]
    tables: tuple[Table, ...]
    left_out: tuple[tuple[str, str], ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return plain dictionaries, lists, strings and numbers."""
        return {
            "title": self.title,
            "model": dict(self.model),
            "tables": [
                {
                    "title": table.title,
                    "note": table.note,
                    "rows": [
                        {table.subject: row.name}
                        | {name: _plain(cell) for name, cell in row.cells.items()}
                        for row in table.rows
                    ],
                }
                for table in self.tables
            ],
            "left_out": [{"file": file, "reason": reason} for file, reason in self.left_out],
        }

    def as_markdown(self) -> str:
        """Return the report as Markdown, ending in a line end."""
        facts = ", ".join(f"{name} {value}" for name, value in self.model.items())
        parts = [f"# {self.title}", f"Model: {facts}."]
        for table in self.tables:
            parts += [f"## {table.title}", _markdown_table(table)]
            if table.note:
                parts.append(table.note)
        if self.left_out:
            lines = [f"- {file}: {reason}" for file, reason in self.left_out]
            parts += [f"## Left out ({len(self.left_out)})", "\n".join(lines)]
        return "\n\n".join(parts) + "\n"


def measured(cell: Cell) -> Measured | None:
    """The cell if it is a figure with an interval, else None."""
    return cell if isinstance(cell, Measured) else None


def _plain(cell: Cell) -> Any:
    return asdict(cell) if isinstance(cell, Measured) else cell


def _markdown_table(table: Table) -> str:
    if not table.rows:
        return "Nothing to show."
    columns = table.columns
    lines = [[table.subject, *columns]]
    lines += [[row.name, *(cell_text(row.cells[c]) for c in columns)] for row in table.rows]
    lines = [[cell.replace("|", "\\|") for cell in line] for line in lines]
    right = [False] + [not isinstance(table.rows[0].cells[c], str) for c in columns]
    widths = [max(3, *(_width(line[i]) for line in lines)) for i in range(len(lines[0]))]
    rule = ["-" * (w - 1) + ":" if r else "-" * w for w, r in zip(widths, right, strict=True)]
    return "\n".join(_line(line, widths, right) for line in [lines[0], rule, *lines[1:]])


def _line(cells: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    padded = []
    for cell, width, is_right in zip(cells, widths, right, strict=True):
        space = " " * (width - _width(cell))
        padded.append(space + cell if is_right else cell + space)
    return "| " + " | ".join(padded) + " |"


def _width(text: str) -> int:
    """Columns that `text` takes on a terminal: wide East Asian characters take two."""
    return sum(1 + (unicodedata.east_asian_width(character) in "WF") for character in text)


def cell_text(cell: Cell) -> str:
    """Return a figure as it is read: proportions without their leading zero, "-" for none."""
    if cell is None:
        return "-"
    if isinstance(cell, float):
        return f"{cell:.3f}".replace("0.", ".", 1) if 0 <= cell < 1 else f"{cell:.3f}"
    return str(cell)
