"""What an export holds: an SQLite file with the catalogue's own tables and two more.

`mir_export` is one row that says what the file is, `model_files` holds the files of models. The
tables are those of the schema that the row names, so that an old export is brought up to date by
the same migrations as an old catalogue. Every table of the catalogue is carried, also one that is
added later, with its rows unless `LEFT_OUT` names it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import JSON, Column, Integer, LargeBinary, MetaData, Table, Text

from mir.catalogue.column_types import UtcDateTime
from mir.catalogue.tables import metadata

FORMAT = 1  # grows when `mir_export` or `model_files` change; the schema counts for itself
# Tables that go along empty, since migrations expect all of a schema. Matches follow from other
# rows, and speak of two tracks each. Accounts are for one server: who has an export must not get
# hashes to guess passwords from, and an import must not let anybody in.
LEFT_OUT = frozenset({"matches", "comparisons", "users", "sessions", "api_keys"})

added = MetaData()

header = Table(
    "mir_export",
    added,
    Column("format", Integer, primary_key=True),
    Column("program", Text, nullable=False),  # the version of mir that wrote the file
    Column("schema_revision", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("dialect", Text, nullable=False),  # of the database it came from
    Column("row_counts", JSON, nullable=False),  # table -> rows
)

model_files = Table(
    "model_files",
    added,
    Column("model_id", Text, primary_key=True),
    Column("content", LargeBinary, nullable=False),  # ONNX; the id is its digest
)


@dataclass(frozen=True, slots=True)
class Header:
    """What an export says of itself."""

    format: int
    program: str  # the version of mir that wrote it
    schema_revision: str
    created_at: datetime  # UTC
    dialect: str  # "sqlite" or "postgresql"
    row_counts: Mapping[str, int]


def carried() -> tuple[Table, ...]:
    """Return the tables whose rows go along, each after those it refers to."""
    return tuple(table for table in metadata.sorted_tables if table.name not in LEFT_OUT)
