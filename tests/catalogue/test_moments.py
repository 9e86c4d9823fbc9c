from datetime import UTC, datetime, timedelta, timezone

import pytest

from mir.catalogue.moments import read_moment
from mir.errors import InvalidQuery

NOW = datetime(2026, 3, 1, 12, 30, 59, tzinfo=timezone(timedelta(hours=1)))


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-02-03", datetime(2026, 2, 3, tzinfo=UTC)),
        ("2026-02-03T04:05", datetime(2026, 2, 3, 4, 5, tzinfo=UTC)),
        ("2026-02-03T04:05+02:00", datetime(2026, 2, 3, 2, 5, tzinfo=UTC)),
        ("30d", datetime(2026, 1, 30, 11, 30, tzinfo=UTC)),
        (" 12H ", datetime(2026, 2, 28, 23, 30, tzinfo=UTC)),
        ("2w", datetime(2026, 2, 15, 11, 30, tzinfo=UTC)),
        ("1m", datetime(2026, 1, 30, 11, 30, tzinfo=UTC)),
        ("1y", datetime(2025, 3, 1, 11, 30, tzinfo=UTC)),
    ],
)
def test_days_moments_and_ages(text: str, moment: datetime) -> None:
    assert read_moment(text, NOW) == moment


@pytest.mark.parametrize(
    "text", ["", "soon", "30", "d", "-3d", "99999y", "2026-02-30", "0001-01-01T00:00+05:00"]
)
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(InvalidQuery, match="is no moment; write a day"):
        read_moment(text, NOW)
