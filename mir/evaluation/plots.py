"""Draws pictures as SVG with matplotlib, to stand inside a web page in its light or dark colours.

Text stays text and takes the colour of the page; series have colours that the page's style sheet
may set by the variables `--series-1` and so on, and a marker of their own, so that nothing is
told by colour alone.
"""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from mir.errors import MirError
from mir.evaluation.interval import Measured
from mir.evaluation.pictures import Dots, Lines, Matrix, Picture, Reliability, Spread

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SERIES = 6  # colours that differ; further series begin anew

# Colours that nothing else uses: in the finished SVG they are exchanged for the page's own.
_INK = "#010203"
_SERIES = tuple(f"#0a0b{number:02x}" for number in range(1, SERIES + 1))
_FALLBACK = ("#8a8178", "#3f7fb5", "#c0571f", "#3d8f5f", "#9a5fb0", "#b28a1d")
_MARKERS = "osD^vP"
_WIDTH = 7.0  # inches, at 72 points each; the page scales it


class PlotsMissing(MirError):
    """Pictures are wanted and matplotlib is not installed."""


def require_matplotlib() -> None:
    """Raise PlotsMissing, with the remedy, where matplotlib cannot be imported."""
    try:
        import matplotlib  # noqa: F401
    except ImportError as error:
        raise PlotsMissing(
            "a report in HTML has pictures and needs matplotlib; install it with "
            "`pip install 'mir[evaluate]'`, or write the report as Markdown (.md)."
        ) from error


def draw(picture: Picture, identity: str) -> str:
    """Draw a picture as an SVG element; ids inside begin with `identity`.

    The same values give the same bytes. Raises PlotsMissing without matplotlib.
    """
    require_matplotlib()
    with _axes(_height(picture)) as (axes, finish):
        match picture:
            case Dots():
                _dots(axes, picture)
            case Lines():
                _lines(axes, picture)
            case Matrix():
                _matrix(axes, picture)
            case Reliability():
                _reliability(axes, picture)
            case Spread():
                _spread(axes, picture)
        return _inline(finish(), identity)


def _height(picture: Picture) -> float:
    if isinstance(picture, Dots):
        return 1.2 + 0.17 * len(picture.names) * (1 + len(picture.series))
    if isinstance(picture, Matrix):
        return 1.6 + 0.34 * len(picture.rows)
    return 4.0 if not isinstance(picture, Reliability) else 5.0


@contextmanager
def _axes(height: float) -> Iterator[tuple["Axes", Any]]:
    """Axes to draw in, and a function that gives the SVG file's text afterwards."""
    import matplotlib
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    style: dict[Any, Any] = {
        "svg.fonttype": "none",
        "svg.hashsalt": "mir",
        "text.parse_math": False,  # names come from anywhere; a $ in one is no formula
        "font.family": "sans-serif",
        "font.size": 9.5,
        "text.color": _INK,
        "axes.edgecolor": _INK,
        "axes.labelcolor": _INK,
        "axes.linewidth": 0.6,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "xtick.color": _INK,
        "ytick.color": _INK,
        "grid.color": _INK,
        "grid.alpha": 0.15,
        "grid.linewidth": 0.6,
        "legend.frameon": False,
        "legend.labelcolor": _INK,
    }
    with matplotlib.rc_context(style):
        figure = Figure(figsize=(_WIDTH, height), layout="constrained")
        canvas = FigureCanvasSVG(figure)
        axes = figure.add_subplot()

        def finish() -> str:
            memory = io.StringIO()
            figure.patch.set_visible(False)
            axes.patch.set_visible(False)
            canvas.print_svg(
                memory, metadata={"Creator": None, "Date": None, "Format": None, "Type": None}
            )
            return memory.getvalue()

        yield axes, finish


def _inline(svg: str, identity: str) -> str:
    """Cut the file's head off, and exchange colours and ids for those of the page."""
    svg = svg[svg.index("<svg") :]
    for number, (colour, fallback) in enumerate(zip(_SERIES, _FALLBACK, strict=True), 1):
        svg = svg.replace(colour, f"var(--series-{number}, {fallback})")
    svg = svg.replace(_INK, "currentColor")
    svg = re.sub(r'\bid="', f'id="{identity}-', svg)
    svg = re.sub(r'(href="#|url\(#)', rf"\g<1>{identity}-", svg)
    svg = re.sub(r'(<svg [^>]*?) width="[^"]*"', r"\1", svg, count=1)
    svg = re.sub(r'(<svg [^>]*?) height="[^"]*"', r"\1", svg, count=1)
    return svg.replace("<svg ", '<svg aria-hidden="true" ', 1)


def _colour(number: int) -> str:
    return _SERIES[number % SERIES]


def _marker(number: int) -> str:
    return _MARKERS[number % len(_MARKERS)]


def _dots(axes: "Axes", picture: Dots) -> None:
    count = len(picture.series)
    for number, (name, figures) in enumerate(picture.series):
        place = np.arange(len(picture.names)) + (number - (count - 1) / 2) * 0.7 / max(1, count)
        known = [(p, f) for p, f in zip(place, figures, strict=True) if f is not None]
        values = [f.value for _, f in known]
        axes.errorbar(
            values,
            [p for p, _ in known],
            xerr=_bars([f for _, f in known]),
            fmt=_marker(number),
            color=_colour(number),
            markersize=4.5,
            elinewidth=1.1,
            label=name,
        )
    axes.set_yticks(range(len(picture.names)), picture.names)
    axes.set_ylim(len(picture.names) - 0.5, -0.5)
    axes.set_xlabel(picture.axis)
    lowest = min((f.low for _, s in picture.series for f in s if f is not None), default=0.0)
    axes.set_xlim(min(0.0, 1.05 * lowest), 1.0)
    axes.axvline(0.0, color=_INK, linewidth=0.6)
    axes.grid(axis="x")
    axes.tick_params(length=0)
    if count > 1:
        _legend(axes)


def _lines(axes: "Axes", picture: Lines) -> None:
    for number, (name, figures) in enumerate(picture.series):
        known = [(x, f) for x, f in zip(picture.along, figures, strict=True) if f is not None]
        along, values = [x for x, _ in known], [f.value for _, f in known]
        axes.plot(along, values, marker=_marker(number), color=_colour(number), label=name)
        axes.fill_between(
            along,
            [f.low for _, f in known],
            [f.high for _, f in known],
            color=_colour(number),
            alpha=0.12,
            linewidth=0,
        )
    axes.set_xticks(picture.along, [f"{x:g}" for x in picture.along])
    axes.set_ylim(0, 1)
    axes.set_xlabel(picture.axes[0])
    axes.set_ylabel(picture.axes[1])
    axes.grid(axis="y")
    _legend(axes)


def _matrix(axes: "Axes", picture: Matrix) -> None:
    counts = np.array(picture.counts, np.float64)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    for (row, column), share in np.ndenumerate(shares):
        box = (column - 0.48, row - 0.46)
        axes.add_patch(_field(box, 0.96, 0.92, float(share)))
        if counts[row, column]:
            axes.text(
                column,
                row,
                f"{int(counts[row, column])}",
                ha="center",
                va="center",
                weight="bold" if row == column else "normal",
            )
    axes.set_xlim(-0.5, len(picture.columns) - 0.5)
    axes.set_ylim(len(picture.rows) - 0.5, -0.5)
    axes.set_xticks(range(len(picture.columns)), picture.columns, rotation=45, ha="right")
    axes.set_yticks(range(len(picture.rows)), picture.rows)
    axes.set_xlabel("is called")
    axes.set_ylabel("is")
    axes.tick_params(length=0)


def _field(corner: tuple[float, float], width: float, height: float, share: float) -> Any:
    from matplotlib.patches import Rectangle

    # Half transparent at the most, so that the number in the page's ink stays readable on it.
    return Rectangle(corner, width, height, color=_colour(2), alpha=0.04 + 0.5 * share, linewidth=0)


def _reliability(axes: "Axes", picture: Reliability) -> None:
    axes.plot([0, 1], [0, 1], linestyle="--", color=_INK, linewidth=0.8, label="believable")
    for number, (name, points) in enumerate(picture.series):
        axes.errorbar(
            [confidence for confidence, _ in points],
            [figure.value for _, figure in points],
            yerr=_bars([figure for _, figure in points]),
            marker=_marker(number + 2),
            color=_colour(number + 2),
            elinewidth=1.1,
            label=name,
        )
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    axes.set_xlabel("probability of the first genre")
    axes.set_ylabel("how often it is right")
    axes.grid()
    _legend(axes)


def _spread(axes: "Axes", picture: Spread) -> None:
    for number, (name, counts) in enumerate(picture.series):
        axes.plot(range(1, len(counts) + 1), counts, color=_colour(number), label=name)
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter("{x:g}")  # else powers of ten, as formulas
    axes.minorticks_off()
    axes.set_xlabel(picture.axes[0])
    axes.set_ylabel(picture.axes[1])
    axes.set_ylim(bottom=0)
    axes.grid(axis="y")
    _legend(axes)


def _bars(figures: list[Measured]) -> list[list[float]]:
    return [[f.value - f.low for f in figures], [f.high - f.value for f in figures]]


def _legend(axes: "Axes") -> None:
    axes.figure.legend(loc="outside upper left", ncols=4)
