"""Tables for spreadsheets: CSV (RFC 4180) in which no text is taken for a formula."""

import csv
import io
from collections.abc import Iterable, Sequence

Cell = str | int | float | None

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def table(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """The table as UTF-8 with a mark of its encoding, which spreadsheets ask for.

    Text that a spreadsheet would work out as a formula gets an apostrophe before it; numbers stay
    numbers, and None is an empty cell. Bytes that are not UTF-8 (PEP 383) stand escaped.
    """
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(header)
    writer.writerows([_guarded(cell) for cell in row] for row in rows)
    return written.getvalue().encode("utf-8-sig", errors="backslashreplace")


def _guarded(cell: Cell) -> Cell:
    """The cell, and text that begins as formulas do (blanks left out) behind an apostrophe."""
    if isinstance(cell, str) and (cell.startswith(_FORMULA) or cell.lstrip().startswith(_FORMULA)):
        return f"'{cell}"
    return cell
