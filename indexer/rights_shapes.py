"""The JSON of `mir rights check`: the same names and shapes as the web API's answer."""

from typing import Any

from indexer.shapes import track_shape
from mir.rights_check.findings import EVIDENCE, Checked, Finding
from mir.rights_check.report import CheckedFile, Report

Shape = dict[str, Any]


def report_shape(report: Report) -> Shape:
    """What was found of all files."""
    return {
        "evidence": EVIDENCE,
        "files": [_file(each) for each in report.files],
        "among": report.among,
        "among_music": report.among_music,
        "stopped": report.stopped,
    }


def _file(file: CheckedFile) -> Shape:
    found = file.checked
    return {
        "file": file.path,
        "trouble": file.trouble,
        "seconds": found and found.seconds,
        "findings": [] if found is None else _findings(found),
    }


def _findings(found: Checked) -> list[Shape]:
    return [_finding(each) for each in found.findings]


def _finding(found: Finding) -> Shape:
    return {
        "kind": found.kind,
        "verdict": found.verdict,
        "score": found.score,
        "strength": found.strength,
        "track": track_shape(found.track),
        "seconds": found.seconds,
        "shared": found.shared,
        "file_share": found.file_share,
        "track_share": found.track_share,
        "tempo": found.tempo,
        "semitones": found.semitones,
        "rights": [
            {
                "field": each.field,
                "file": each.left,
                "track": each.right,
                "relation": each.relation,
            }
            for each in found.rights
        ],
    }
