"""Tables for spreadsheets hold what was put in, and no formula."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mir.spreadsheet import Cell, table

CELLS = st.one_of(
    st.none(),
    st.integers(-(2**53), 2**53),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=8),
)


def read(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


@given(st.lists(st.tuples(CELLS, CELLS), max_size=4))
def test_what_is_written_can_be_read_again(rows: list[tuple[Cell, Cell]]) -> None:
    heading, *found = read(table(("a", "b"), rows))
    assert heading == ["a", "b"]
    for row, (first, second) in zip(found, rows, strict=True):
        for text, cell in zip(row, (first, second), strict=True):
            if isinstance(cell, str):
                assert text in (cell, f"'{cell}")
            else:
                assert text == ("" if cell is None else str(cell))


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "  =1",
        "＝1",
        '=HYPERLINK("http://x")',
        "\n-1",
        "\r@",
    ],
)
def test_no_text_is_a_formula(text: str) -> None:
    assert read(table(("a",), [(text,)]))[1][0].startswith("'")


@pytest.mark.parametrize("cell", ["a=1", "Song - Live", "1-2", -1.5, 3, "'quoted'", "…"])
def test_other_cells_stay_as_they_are(cell: Cell) -> None:
    assert read(table(("a",), [(cell,)]))[1] == [str(cell)]


def test_bytes_that_are_not_utf_8_stand_escaped() -> None:
    data = table(("path",), [("/music/\udcff.mp3",)])
    assert data == b"\xef\xbb\xbfpath\r\n/music/\\udcff.mp3\r\n"
