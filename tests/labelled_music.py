"""Where the files of a small labelled data set lie."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class LabelledMusic:
    """A data folder, its soft labels and its human labels."""

    data: Path
    teacher: Path
    labels: Path
