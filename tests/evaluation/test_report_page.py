import builtins
import re
from html.parser import HTMLParser
from typing import Any

import pytest

from mir.evaluation import plots
from mir.evaluation.interval import Measured
from mir.evaluation.page import as_html
from mir.evaluation.pictures import Dots, Lines, Matrix, Picture, Reliability, Spread
from mir.evaluation.report import Report, Row, Table

FIGURE = Measured(0.5081, 0.47, 0.5432, 253, "normal")
NAUGHTY = '<script>alert("$x_1$")</script>'

PICTURES: tuple[Picture, ...] = (
    Dots(
        "dots", "text", "share", ("a", NAUGHTY), (("mir", (FIGURE, None)), ("b", (FIGURE, FIGURE)))
    ),
    Lines("lines", "text", ("k", "precision"), (1.0, 5.0), ((NAUGHTY, (FIGURE, FIGURE)),)),
    Matrix("matrix", "text", ("a", NAUGHTY), ("a", NAUGHTY, "other"), ((3, 0, 1), (0, 9, 0))),
    Reliability("reliability", "text", (("mir", ((0.4, FIGURE), (0.9, FIGURE))),)),
    Spread("spread", "text", ("tracks", "lists"), (("mir", (9, 4, 0)),)),
)


def report() -> Report:
    rows = (Row(NAUGHTY, {"P@10": FIGURE, "n": 12, "called": "jazz 1 & pop 2", "none": None}),)
    return Report(
        "How well it hears",
        {"name": "mir-1"},
        (Table("mine: 253 queries", "vectors", rows, "A note.", PICTURES), Table("empty", "x", ())),
        ((f"{NAUGHTY}.ogg", "no audio"),),
    )


class Page(HTMLParser):
    """Collects tags with attributes, and text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture(scope="module")
def html() -> str:
    return as_html(report())


def test_every_figure_stands_with_its_interval_and_n(html: str) -> None:
    text = " ".join(Page(html).text.split())

    assert ".508.470 to .543, n = 253" in text
    assert "A note." in text
    assert "Nothing to show." in text
    assert "no audio" in text


def test_the_page_needs_nothing_else_and_runs_nothing(html: str) -> None:
    page = Page(html)

    assert not page.all("script")
    assert not page.all("link")
    assert not page.all("img")
    references = re.findall(r'(?:href|src)="([^"]*)"|url\(([^)]*)\)', html)
    assert all(a.startswith("#") or b.startswith("#") for a, b in references)
    assert "default-src 'none'" in html


def test_names_from_anywhere_are_text(html: str) -> None:
    assert "<script" not in html
    assert html.count("&lt;script&gt;") >= 4
    assert "$x_1$" in html  # no formula


def test_tables_say_what_their_cells_belong_to(html: str) -> None:
    heads = Page(html).all("th")

    assert {head["scope"] for head in heads} == {"col", "row"}
    assert len(Page(html).all("caption")) == 1


def test_pictures_are_told_in_words(html: str) -> None:
    told = [a["aria-label"] for _, a in Page(html).tags if a.get("role") == "img"]

    assert [text.partition(".")[0] for text in told if text] == [p.title for p in PICTURES]
    assert len(Page(html).all("svg")) == len(PICTURES)


def test_ids_are_unique_and_references_meet_them(html: str) -> None:
    ids = re.findall(r'\bid="([^"]*)"', html)
    wanted = set(re.findall(r'href="#([^"]*)"|url\(#([^)]*)\)', html))

    assert len(ids) == len(set(ids))
    assert {a or b for a, b in wanted} <= set(ids)


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.title)
def test_pictures_follow_the_colours_of_the_page_and_come_out_alike(picture: Picture) -> None:
    svg = plots.draw(picture, "p")

    assert svg == plots.draw(picture, "p")
    assert svg.startswith("<svg ")
    assert "currentColor" in svg
    assert "var(--series-" in svg
    # Whatever else is coloured would be lost on a dark or on a light page.
    assert set(re.findall(r"(?:fill|stroke): (#[0-9a-f]{6})", svg)) <= {"#ffffff"}


def test_without_matplotlib_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def missing(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.partition(".")[0] == "matplotlib":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", missing)

    with pytest.raises(plots.PlotsMissing, match=r"mir\[evaluate\]"):
        plots.draw(PICTURES[0], "p")
