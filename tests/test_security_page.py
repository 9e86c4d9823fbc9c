"""Every line of the threat model names a test, and that test is there."""

import ast
import re
from pathlib import Path

TESTS = Path(__file__).parent
PAGE = TESTS.parent / "docs" / "security.md"
_ROW = re.compile(r"^\|(?!-)(.+)\|(.+)\|(.+)\|$", re.MULTILINE)


def threats(page: str) -> list[tuple[str, str]]:
    """Each threat, and what shows that something stands against it."""
    rows = [tuple(cell.strip() for cell in found.groups()) for found in _ROW.finditer(page)]
    return [(row[0], row[2]) for row in rows if "::" in row[2] or row[2] == ""]


def is_there(named: str) -> bool:
    """Whether there is such a test, as pytest names it."""
    file, *names = named.split("::")
    path = TESTS / file
    if not path.is_file() or not names:
        return False
    body = ast.parse(path.read_text(encoding="utf-8")).body
    for name in names:
        found = [
            node
            for node in body
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == name
        ]
        if not found:
            return False
        body = found[0].body
    return name.startswith("test_")


def test_every_threat_names_a_test_that_is_there() -> None:
    page = PAGE.read_text(encoding="utf-8")
    found = threats(page)
    lines = page.partition("## Strangers")[2].count("\n| ") - page.count("| threat |")
    assert len(found) == lines >= 30
    assert [(threat, test) for threat, test in found if not is_there(test)] == []


def test_a_test_that_is_missing_would_be_noticed() -> None:
    assert not is_there("web/test_door.py::test_nothing_of_the_kind")
    assert not is_there("web/test_doors.py::test_no_secret_is_logged")
    assert not is_there("web/test_api.py::TestProblems::test_nothing_of_the_kind")
    assert not is_there("web/test_api.py::TestProblems")
    assert not is_there("")
