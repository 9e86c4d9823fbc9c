"""`mir rights check`: what files have of the library, with the rights on record on both sides."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from indexer.file_output import refuse_to_overwrite, write_file
from indexer.interrupt import stop_on_signal
from indexer.opening import opened
from indexer.options import FOLDER, home_option, jobs_option, json_option
from indexer.printing import print_json, say, warn
from indexer.progress_bar import progress_bar
from mir.durations import clock

if TYPE_CHECKING:
    from mir.rights_check.findings import Finding
    from mir.rights_check.report import CheckedFile, Report

_NOTHING_FOUND = 3  # the exit status; 1 is an error, 2 wrong usage
_NO_FINGERPRINTS = "No track has a fingerprint yet, to compare with; run `mir index`."
_MOST_STRETCHES = 8  # of a finding that are printed


@click.group()
def rights() -> None:
    """Compare files with the library, and what both say of rights."""


@rights.command()
@click.argument("place", type=FOLDER, metavar="FILE|FOLDER")
@click.option("--csv", "csv_file", type=FOLDER, metavar="FILE", help="Write a table to this file.")
@click.option(
    "--html",
    "html_file",
    type=FOLDER,
    metavar="FILE",
    help="Write a page to this file, in which both sides can be heard.",
)
@click.option("--force", is_flag=True, help="Write over files that are there.")
@jobs_option
@json_option
@home_option
@click.pass_context
def check(
    ctx: click.Context,
    place: Path,
    csv_file: Path | None,
    html_file: Path | None,
    force: bool,
    jobs: int | None,
    as_json: bool,
    home: Path | None,
) -> None:
    """Say what a file, or each file below a folder, has of the library, with the rights on record.

    By sound: the same recording, or so many seconds of it, from where to where; certain or likely.
    By melody and harmony, more weakly: a likely version. Beside each finding stands what the tags
    of both sides say of rights, and where they contradict. It is evidence for a person, and no
    verdict.

    The exit status is 0 if something was found in a file, 3 if nothing was found in any, and 1 if
    that cannot be told: nothing there, no sound in a file, or no track with a fingerprint yet.
    """
    from indexer.checking import check_files, cut_snippets
    from mir.rights_check.page import as_html
    from mir.rights_check.report import HEADER, rows
    from mir.spreadsheet import table

    for file in (csv_file, html_file):
        if file is not None:
            refuse_to_overwrite(file, force)
    with opened(home) as engine, stop_on_signal() as asked, progress_bar() as progress:
        report = check_files(engine, place, jobs=jobs, progress=progress, stop=asked)
        if csv_file is not None:
            write_file(csv_file, table(HEADER, rows(report)))
        if html_file is not None:
            cut = cut_snippets(engine, report, jobs=jobs, progress=progress, stop=asked)
            write_file(html_file, as_html(report, cut).encode())
    if as_json:
        from indexer.rights_shapes import report_shape

        print_json(report_shape(report))
    else:
        _say(report)
    if not report.among:
        warn(_NO_FINGERPRINTS)
    if report.stopped:
        warn("Stopped before all files were checked.")
    ctx.exit(_status(report))


def _status(report: "Report") -> int:
    if report.found:
        return 0
    told = report.among and report.files and not report.failed and not report.stopped
    return _NOTHING_FOUND if told else 1


def _say(report: "Report") -> None:
    from mir.rights_check.findings import EVIDENCE

    for file in report.files:
        _say_file(file)
    if not report.files:
        say("No audio file there.")
        return
    parts = [f"Found something in {report.found} of {len(report.files)}"]
    if report.failed:
        parts.append(f"{report.failed} not checked")
    say(f"{', '.join(parts)}. {EVIDENCE}")


def _say_file(file: "CheckedFile") -> None:
    if file.checked is None:
        warn(f"{file.path} was not checked: {file.trouble}")
        return
    say(f"{file.path} ({clock(file.checked.seconds)})")
    for finding in file.checked.findings:
        _say_finding(finding)
    if not file.checked.findings:
        say("  Nothing found.")


def _say_finding(finding: "Finding") -> None:
    from mir.rights_check import words

    say(f"  {words.heading(finding)}")
    lines = [words.place(each) for each in finding.shared[:_MOST_STRETCHES]]
    if len(finding.shared) > _MOST_STRETCHES:
        lines.append(f"and {len(finding.shared) - _MOST_STRETCHES} more stretches")
    lines += [words.measures(finding), *map(words.said_of, finding.rights)]
    for line in lines if finding.rights else [*lines, "neither side has rights on record"]:
        say(f"    {line}")
