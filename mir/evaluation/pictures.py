"""What a picture in a report shows, as plain values; `mir.evaluation.plots` draws them.

Each bears a title and a sentence that says in words what is to be seen.
"""

from dataclasses import dataclass

from mir.evaluation.interval import Measured


@dataclass(frozen=True, slots=True)
class Dots:
    """Figures side by side, each as a dot with its interval: one row a name."""

    title: str
    text: str
    axis: str  # what is measured
    names: tuple[str, ...]
    series: tuple[tuple[str, tuple[Measured | None, ...]], ...]  # name and a figure for each row


@dataclass(frozen=True, slots=True)
class Lines:
    """Figures over a number, one line a series, with its interval as a band."""

    title: str
    text: str
    axes: tuple[str, str]  # what lies along, what is measured
    along: tuple[float, ...]
    series: tuple[tuple[str, tuple[Measured | None, ...]], ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """Counts of true (down) against predicted classes (across), shaded by share of the row."""

    title: str
    text: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Reliability:
    """Accuracy against confidence, one line a series of (mean confidence, accuracy) of bins."""

    title: str
    text: str
    series: tuple[tuple[str, tuple[tuple[float, Measured], ...]], ...]


@dataclass(frozen=True, slots=True)
class Spread:
    """How many items have a count: one line a series, the largest counts first."""

    title: str
    text: str
    axes: tuple[str, str]
    series: tuple[tuple[str, tuple[int, ...]], ...]


Picture = Dots | Lines | Matrix | Reliability | Spread
