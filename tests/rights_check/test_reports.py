"""Reports: every file and every stretch is told, and nothing in a tag becomes markup or formula."""

import base64
import csv
import io
import re
from pathlib import Path

from mir.analysis import Tags
from mir.rights_check.findings import EVIDENCE, Checked, of_sound
from mir.rights_check.page import MOST_SNIPPETS, SNIPPET_SECONDS, as_html, spans, wanted
from mir.rights_check.report import HEADER, CheckedFile, Report, rows
from mir.spreadsheet import table
from tests.rights_check.made_up_findings import line, track

EVIL = "<script>alert(1)</script>"


def report(count: int = 1) -> Report:
    tags = Tags(licence=EVIL)
    right = track(1, title=EVIL, artists=("=1+1",), composer='"><img src=x onerror=alert(1)>')
    finding = of_sound([line((10, 15, 40), (20, 40, 50))], tags, right)
    found = Checked(100.0, tags, (finding,) * count, 3, 2)
    return Report(
        (
            CheckedFile(Path("=cmd.mp3"), found),
            CheckedFile(Path("/up/\udcff<b>.mp3"), Checked(5.0, Tags(), (), 3, 2)),
            CheckedFile(Path("/up/text.mp3"), None, "It holds <text>."),
        ),
        3,
        2,
    )


def test_the_table_has_each_stretch_and_each_file() -> None:
    data = table(HEADER, rows(report())).decode("utf-8-sig")
    found = list(csv.DictReader(io.StringIO(data)))
    assert [each["finding"] for each in found] == [
        "contains",
        "contains",
        "nothing found",
        "not checked",
    ]
    assert [each["from"] for each in found[:2]] == ["10", "20"]
    assert found[0]["file"] == "'=cmd.mp3"
    assert found[0]["artists"] == "'=1+1"
    assert all(len(each) == len(HEADER) and None not in each.values() for each in found)
    assert EVIDENCE in found[0]["note"]
    assert found[3]["note"] == "It holds <text>."


def test_the_page_is_whole_and_runs_nothing() -> None:
    page = as_html(report(), {(0, 0): (b"one", None)})
    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;script&gt;" in page
    assert "It holds &lt;text&gt;." in page
    assert page.count("Nothing found.") == 1
    assert EVIDENCE in page
    outside = [each for each in re.findall(r'(?:src|href)="([^"]*)"', page) if "data:" not in each]
    assert outside == []
    sound = re.search(r"data:audio/mpeg;base64,([^\"]+)", page)
    assert sound
    assert base64.b64decode(sound[1]) == b"one"
    assert "No sound could be cut out of it." in page
    page.encode()  # what UTF-8 cannot hold is gone


def test_snippets_are_bounded_and_of_the_longest_stretch() -> None:
    many = report(MOST_SNIPPETS + 5)
    assert len(wanted(many)) == MOST_SNIPPETS
    ((_, finding), *_) = wanted(many).values()
    file, other = spans(finding)
    assert (file.start, file.seconds) == (20, SNIPPET_SECONDS)
    assert (other.start, other.seconds) == (50, SNIPPET_SECONDS)


def test_a_track_inside_a_file_is_cut_at_its_place() -> None:
    finding = of_sound([line((10, 15, 40))], Tags(), track(1, span=(300.0, 400.0)))
    assert spans(finding)[1].start == 340


def test_the_report_counts_what_was_found_and_what_failed() -> None:
    assert (report().found, report().failed) == (1, 1)
