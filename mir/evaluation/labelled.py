"""Labelled music to judge by: audio files and a CSV file that says what they are.

Columns: `file` (relative to the CSV's folder), `split` (train, valid or test), `label`,
`sublabel` (may be empty throughout) and `artist` (empty if unknown). Others are ignored.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

from mir.errors import InvalidQuery, NotFound

COLUMNS = ("file", "split", "label", "sublabel", "artist")
SPLITS = ("train", "valid", "test")


@dataclass(frozen=True, slots=True)
class Item:
    """One labelled file; `sublabel` and `artist` are "" where unknown."""

    path: Path
    split: str
    label: str
    sublabel: str
    artist: str


@dataclass(frozen=True, slots=True)
class LabelledSet:
    """A named set of labelled files, in the order of their CSV."""

    name: str
    items: tuple[Item, ...]


def read_labels(csv_path: Path) -> LabelledSet:
    """Read a labels CSV; the set bears the name of its folder.

    Raises NotFound if the file is not there, InvalidQuery naming the line that is wrong. An artist
    on both sides of the split is wrong too: the probe would be tested on what it has heard.
    """
    try:
        with csv_path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
            if missing:
                raise InvalidQuery(
                    f"{csv_path} lacks the column {', '.join(missing)}; "
                    f"its first line must name {', '.join(COLUMNS)}."
                )
            items = tuple(
                _item(row, csv_path, reader.line_num) for row in reader if any(row.values())
            )
    except FileNotFoundError as error:
        raise NotFound(f"{csv_path} does not exist; name a CSV of labels.") from error
    except (UnicodeDecodeError, csv.Error, IsADirectoryError) as error:
        raise InvalidQuery(f"{csv_path} is no CSV in UTF-8; name a CSV of labels.") from error
    if not any(item.split == "test" for item in items):
        raise InvalidQuery(f"{csv_path} has no row of split test; there is nothing to ask with.")
    heard = {item.artist for item in items if item.split != "test"} - {""}
    leaked = sorted(heard & {item.artist for item in items if item.split == "test"})
    if leaked:
        raise InvalidQuery(
            f"{csv_path} has {leaked[0]!r} in test and in another split; "
            "move all of an artist to one side."
        )
    return LabelledSet(csv_path.resolve().parent.name, items)


def _item(row: dict[str, str | None], csv_path: Path, line: int) -> Item:
    values = {name: (row[name] or "").strip() for name in COLUMNS}
    if not values["file"] or not values["label"]:
        raise InvalidQuery(f"{csv_path}, line {line}: file and label must not be empty.")
    if values["split"] not in SPLITS:
        raise InvalidQuery(
            f"{csv_path}, line {line}: split is {values['split']!r}; write {', '.join(SPLITS)}."
        )
    path = csv_path.parent / values["file"]
    return Item(path, values["split"], values["label"], values["sublabel"], values["artist"])
