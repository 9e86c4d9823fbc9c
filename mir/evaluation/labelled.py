"""Labelled music to judge by: audio files and a CSV file that says what they are.

Columns: `file` (relative to the CSV's folder), `split` (train, valid or test), `label`,
`sublabel` (may be empty throughout), `artist` (empty if unknown) and, if there is one, `album`.
Others are ignored. Where the artist is unknown the album stands in for it: tracks of one album
mostly share singer, instruments and studio, which is what the split and the filter are for.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mir.errors import InvalidQuery, NotFound

COLUMNS = ("file", "split", "label", "sublabel", "artist")
SPLITS = ("train", "valid", "test")


@dataclass(frozen=True, slots=True)
class Item:
    """One labelled file; `sublabel`, `artist` and `album` are "" where unknown."""

    path: Path
    split: str
    label: str
    sublabel: str
    artist: str
    album: str = ""

    @property
    def maker(self) -> str:
        """Who made it: the artist, or where unknown a name for the album, or ""."""
        return self.artist or (f"the album {self.album}" if self.album else "")

    @property
    def release(self) -> str:
        """The album as one of its artist, so that equal titles stay apart; "" where unknown."""
        return f"{self.album} by {self.artist}" if self.album else ""


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
    items = tuple(labelled_item(row, csv_path, line) for line, row in rows(csv_path, COLUMNS))
    validate_split(items, csv_path)
    return LabelledSet(csv_path.resolve().parent.name, items)


def validate_split(items: Sequence[Item], csv_path: Path) -> None:
    """Raise InvalidQuery unless there is a test side, and each artist is on one side only."""
    if not any(item.split == "test" for item in items):
        raise InvalidQuery(f"{csv_path} has no row of split test; there is nothing to ask with.")
    heard = {item.maker for item in items if item.split != "test"} - {""}
    leaked = sorted(heard & {item.maker for item in items if item.split == "test"})
    if leaked:
        raise InvalidQuery(
            f"{csv_path} has {leaked[0]!r} in test and in another split; "
            "move all of an artist to one side."
        )


def rows(csv_path: Path, columns: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield line number and stripped values of each row that is not blank.

    Raises NotFound or InvalidQuery if the file is not there, no CSV, or lacks one of `columns`.
    """
    try:
        with csv_path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            missing = [name for name in columns if name not in (reader.fieldnames or ())]
            if missing:
                raise InvalidQuery(
                    f"{csv_path} lacks the column {', '.join(missing)}; "
                    f"its first line must name {', '.join(columns)}."
                )
            for row in reader:
                values = {name: (row[name] or "").strip() for name in reader.fieldnames or ()}
                if any(values.values()):
                    yield reader.line_num, values
    except FileNotFoundError as error:
        raise NotFound(f"{csv_path} does not exist; name a CSV of labels.") from error
    except (UnicodeDecodeError, csv.Error, IsADirectoryError) as error:
        raise InvalidQuery(f"{csv_path} is no CSV in UTF-8; name a CSV of labels.") from error


def labelled_item(row: Mapping[str, str], csv_path: Path, line: int) -> Item:
    """Make an item of a row; InvalidQuery where file, split or a label that must be is wrong."""
    if not row["file"] or not row.get("label", "none"):
        raise InvalidQuery(f"{csv_path}, line {line}: file and label must not be empty.")
    if row["split"] not in SPLITS:
        raise InvalidQuery(
            f"{csv_path}, line {line}: split is {row['split']!r}; write {', '.join(SPLITS)}."
        )
    path = csv_path.parent / row["file"]
    others = (row.get(name, "") for name in ("label", "sublabel", "artist", "album"))
    return Item(path, row["split"], *others)
