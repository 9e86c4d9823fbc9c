"""Tracks with people's votes on moods, instruments or genres, as a CSV file says them.

Columns: `file` (relative to the CSV's folder), `split` and `artist` as in `mir.evaluation.labelled`
(`album` too, if there is one), then one column a name: 0 and 1 for "does not" and "does
apply", or any numbers that are the greater the more it applies, such as the share of listeners
who said so. An empty cell says that nobody was asked.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mir.errors import InvalidQuery
from mir.evaluation.labelled import COLUMNS, Item, LabelledSet, labelled_item, rows, validate_split

_NEEDED = ("file", "split", "artist")
_NO_VOTES = {*COLUMNS, "album"}


@dataclass(frozen=True, slots=True)
class Question:
    """A column of votes, and the model's name that it is held against."""

    column: str
    name: str

    def __str__(self) -> str:
        """Return the column, and the name where it is another."""
        return self.column if self.column == self.name else f"{self.column} = {self.name}"


@dataclass(frozen=True, slots=True, eq=False)
class VotedSet:
    """Labelled files without labels, and the votes of each question."""

    labelled: LabelledSet
    votes: Mapping[Question, NDArray[np.float64]]  # (items,), NaN where nobody was asked
    unmatched: tuple[str, ...]  # columns that are held against nothing


def read_votes(csv_path: Path, known: Sequence[str], match: Mapping[str, str]) -> VotedSet:
    """Read the votes that can be held against one of the `known` names of a model.

    A column belongs to the name it bears (case and underscores aside), or that `match` gives it.
    Raises NotFound or InvalidQuery, naming column or line, if the file is not there or wrong, if
    `match` names a column or a name that does not exist, or if no column belongs to any name.
    """
    items: list[Item] = []
    lines: list[tuple[int, dict[str, str]]] = []
    for line, row in rows(csv_path, _NEEDED):
        items.append(labelled_item({**row, "label": "none"}, csv_path, line))
        lines.append((line, row))
    validate_split(items, csv_path)
    columns = [column for column in lines[0][1] if column not in _NO_VOTES]
    questions = _questions(columns, known, match, csv_path)
    votes = {
        question: np.array([_number(row, question.column, csv_path, line) for line, row in lines])
        for question in questions
    }
    asked = {question.column for question in questions}
    unmatched = tuple(column for column in columns if column not in asked)
    return VotedSet(LabelledSet(csv_path.resolve().parent.name, tuple(items)), votes, unmatched)


def _questions(
    columns: Sequence[str], known: Sequence[str], match: Mapping[str, str], csv_path: Path
) -> list[Question]:
    for column, name in match.items():
        if column not in columns:
            raise InvalidQuery(f"{csv_path} has no column {column!r}; it has {', '.join(columns)}.")
        if name not in known:
            raise InvalidQuery(f"the model knows no {name!r}; it knows {', '.join(known)}.")
    plain = {_plain(name): name for name in known}
    named = {column: match.get(column) or plain.get(_plain(column)) for column in columns}
    questions = [Question(column, name) for column, name in named.items() if name]
    if not questions:
        raise InvalidQuery(
            f"{csv_path} has no column that bears one of the model's names; "
            f"match its columns ({', '.join(columns)}) with --match COLUMN=NAME."
        )
    return questions


def _plain(name: str) -> str:
    return name.strip().casefold().replace("_", " ")


def _number(row: Mapping[str, str], column: str, csv_path: Path, line: int) -> float:
    text = row[column]
    try:
        value = float(text) if text else math.nan
    except ValueError:
        value = math.inf
    if math.isinf(value):
        raise InvalidQuery(
            f"{csv_path}, line {line}: {column} is {text!r}; write 0, 1, another number or nothing."
        )
    return value
