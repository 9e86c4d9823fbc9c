import json

import pytest

from mir.evaluation.interval import Measured
from mir.evaluation.report import Report, Row, Table

FIGURE = Measured(0.5081234, 0.47, 0.54, 253, "normal")


def report() -> Report:
    rows = (
        Row(
            "random", {"P@10": Measured(0.25, 0.2, 0.3, 253, "normal"), "ECE": None, "note": "a|b"}
        ),
        Row("mir", {"P@10": FIGURE, "ECE": 0.0317, "note": "短い"}),
    )
    table = Table("ishkur: 253 queries", "vectors", rows, "Same artist excluded.")
    return Report("Title", {"name": "mir-1", "size": 192}, (table,), (("a.ogg", "no audio"),))


def test_json_holds_every_figure_with_its_interval_unrounded() -> None:
    read = json.loads(json.dumps(report().as_json()))

    random, mir = read["tables"][0]["rows"]
    assert mir["vectors"] == "mir"
    assert mir["P@10"] == {
        "value": 0.5081234,
        "low": 0.47,
        "high": 0.54,
        "n": 253,
        "method": "normal",
    }
    assert random["ECE"] is None
    assert read["left_out"] == [{"file": "a.ogg", "reason": "no audio"}]


def test_markdown_is_as_it_should_be() -> None:
    assert report().as_markdown() == (
        "# Title\n"
        "\n"
        "Model: name mir-1, size 192.\n"
        "\n"
        "## ishkur: 253 queries\n"
        "\n"
        "| vectors |        P@10 |  ECE | note |\n"
        "| ------- | ----------: | ---: | ---- |\n"
        "| random  | .250 ± .050 |    - | a\\|b |\n"
        "| mir     | .508 ± .035 | .032 | 短い |\n"
        "\n"
        "Same artist excluded.\n"
        "\n"
        "## Left out (1)\n"
        "\n"
        "- a.ogg: no audio\n"
    )


def test_a_table_without_rows_says_so() -> None:
    table = Table("empty", "x", ())

    assert "Nothing to show." in Report("t", {}, (table,)).as_markdown()


def test_rows_of_unlike_columns_are_refused() -> None:
    with pytest.raises(ValueError, match="unlike columns"):
        Table("t", "x", (Row("a", {"P": 1.0}), Row("b", {"Q": 1.0})))
