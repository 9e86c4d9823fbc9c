"""Reports of evaluations, table by table, each figure with its interval."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

from pydantic import BaseModel, Field

from mir.evaluation.kept import Kept
from web.schemas.answers import showable

_MOST_ROWS, _MOST_LEFT_OUT = 500, 200


class CellOut(BaseModel):
    """A figure, or a word, of a report."""

    value: float | int | str | None = Field(description="null: not measured.")
    low: float | None = Field(default=None, description="Of its 95 % interval.")
    high: float | None = None
    n: int | None = Field(default=None, description="Cases that it rests on.")
    method: str | None = Field(
        default=None, description="Of the interval: normal, wilson or bootstrap."
    )

    @classmethod
    def of(cls, cell: Any) -> Self:
        """The showable form of a cell as a report keeps it."""
        if isinstance(cell, Mapping):
            return cls(**{name: cell.get(name) for name in ("value", "low", "high", "n", "method")})
        return cls(value=showable(cell) if isinstance(cell, str) else cell)


class EvaluatedRowOut(BaseModel):
    """One subject that was measured."""

    name: str
    cells: list[CellOut] = Field(description="By the columns of the table.")


class EvaluatedTableOut(BaseModel):
    """A table of figures."""

    title: str
    note: str = Field(description="How they were measured.")
    subject: str = Field(description="Heading of the rows' names.")
    columns: list[str]
    rows: list[EvaluatedRowOut]

    @classmethod
    def of(cls, table: Mapping[str, Any]) -> Self:
        """The showable form of a table as a report keeps it: its rows begin with the subject."""
        rows = table["rows"][:_MOST_ROWS]
        subject, *columns = rows[0] if rows else ("",)
        return cls(
            title=showable(table["title"]),
            note=showable(table.get("note") or ""),
            subject=showable(subject),
            columns=[showable(name) for name in columns],
            rows=[
                EvaluatedRowOut(
                    name=showable(str(row[subject])),
                    cells=[CellOut.of(row.get(name)) for name in columns],
                )
                for row in rows
            ],
        )


class EvaluationOut(BaseModel):
    """The last report of a kind."""

    kind: str = Field(description="similarity, genre, tags or recommend.")
    title: str
    made_at: datetime
    model: dict[str, str] = Field(description="The model that was judged.")
    tables: list[EvaluatedTableOut]
    left_out: list[str] = Field(description="Files that did not count, and why; 200 at most.")

    @classmethod
    def of(cls, kept: Kept) -> Self:
        """The showable form of a report."""
        told = kept.report
        left = [f"{each['file']}: {each['reason']}" for each in told.get("left_out", ())]
        return cls(
            kind=kept.kind,
            title=showable(told["title"]),
            made_at=kept.made_at,
            model={name: showable(str(value)) for name, value in told["model"].items()},
            tables=[EvaluatedTableOut.of(table) for table in told["tables"]],
            left_out=[showable(line) for line in left[:_MOST_LEFT_OUT]],
        )


class EvaluationsOut(BaseModel):
    """The reports that are kept: the last one of each kind."""

    evaluations: list[EvaluationOut]
