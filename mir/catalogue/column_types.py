"""Types of columns that databases name differently, or do not know: ids, moments, floats."""

from datetime import UTC, datetime

import numpy as np
from sqlalchemy import BigInteger, DateTime, Integer, LargeBinary, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

Id = BigInteger().with_variant(Integer(), "sqlite")  # SQLite counts only plain INTEGER keys
Bytewise = Text().with_variant(Text(collation="C"), "postgresql")  # ordered as SQLite orders


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment in, an aware moment in UTC out; stored without a zone."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the moment in UTC without its zone; ValueError for a moment without one."""
        if value is not None and value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the stored moment as one in UTC."""
        return None if value is None else value.replace(tzinfo=UTC)


class Floats(TypeDecorator[tuple[float, ...]]):
    """A tuple of floats, stored as little-endian doubles."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: tuple[float, ...] | None, dialect: Dialect) -> bytes | None:
        """Return the doubles as bytes."""
        return None if value is None else np.asarray(value, dtype="<f8").tobytes()

    def process_result_value(
        self, value: bytes | None, dialect: Dialect
    ) -> tuple[float, ...] | None:
        """Return the floats that were stored."""
        return None if value is None else tuple(np.frombuffer(value, dtype="<f8").tolist())
