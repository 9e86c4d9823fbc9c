"""Reads a CSV of labels: one line a file, with what people say of it.

The first line names the columns: `file` and `label`, and optionally `split` (train, valid or
test), `sublabel`, `artist` and `album`; others are ignored. Comma-separated, in UTF-8.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mir.errors import TrainingError

SIDES = ("train", "valid", "test")


@dataclass(frozen=True, slots=True)
class LabelRow:
    """One line of the CSV; what is empty there is None here."""

    line: int
    file: str  # as it stands there; bytes that are not UTF-8 stand as surrogates (PEP 383)
    label: str | None
    sublabel: str | None
    artist: str | None
    album: str | None
    split: str | None


def read_label_csv(path: Path) -> tuple[LabelRow, ...]:
    """The rows of `path` in their order, blank lines left out.

    Raises TrainingError where the file is missing or no CSV in UTF-8, a column is missing, a
    row names no file or a split that there is not.
    """
    try:
        # A file's name need not be UTF-8, so it must not fail here; other texts are checked.
        with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as opened:
            return tuple(_rows(path, opened))
    except OSError as error:
        raise TrainingError(
            f"the labels {path} cannot be read: {error.strerror}; "
            'name a CSV file, or "folders" or "tags"'
        ) from error
    except csv.Error as error:
        raise TrainingError(f"{path} is not a CSV file ({error}); save it as CSV anew") from error


def _rows(path: Path, opened: Iterator[str]) -> Iterator[LabelRow]:
    reader = csv.DictReader(opened)
    for name in ("file", "label"):
        if name not in (reader.fieldnames or ()):
            raise TrainingError(
                f"{path} lacks the column {name}; its first line must name file and label, and "
                "may name split, sublabel, artist and album, with commas between them"
            )
    for row in reader:
        fields = {name: (row.get(name) or "").strip() or None for name in LabelRow.__slots__}
        if not any(fields.values()):
            continue
        line = reader.line_num
        for name, value in fields.items():
            if name != "file" and value is not None and not _is_text(value):
                raise TrainingError(
                    f"{path}, line {line}: the {name} is not in UTF-8; save the CSV in UTF-8"
                )
        if fields["file"] is None:
            raise TrainingError(f"{path}, line {line}: no file is named; fill in the column file")
        split = fields["split"].lower() if fields["split"] else None
        if split is not None and split not in SIDES:
            raise TrainingError(
                f"{path}, line {line}: the split is {fields['split']!r}; "
                f"write {', '.join(SIDES[:-1])} or {SIDES[-1]}, or leave it empty"
            )
        yield LabelRow(
            line,
            fields["file"],
            fields["label"],
            fields["sublabel"],
            fields["artist"],
            fields["album"],
            split,
        )


def _is_text(value: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in value)
