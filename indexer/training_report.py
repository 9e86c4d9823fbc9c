"""Prints what came out of `mir train`, for people."""

from pathlib import Path
from typing import TYPE_CHECKING

from indexer.printing import Column, print_table, say, warn

if TYPE_CHECKING:
    from mir.training.folds import FoldsReport
    from mir.training.head import HeadReport
    from mir.training.pipeline import TrainingReport
    from mir.training.search import SearchReport


def say_report(report: "TrainingReport", run: Path) -> None:
    """Print how the model was chosen and judged, and where it is."""
    tracks, test = report.tracks, report.test
    say(
        f"Trained on {tracks['train']} tracks; of {len(report.epochs)} epochs, "
        f"{report.best.number} was best on {tracks['valid']} others."
    )
    if test is not None:
        figures = []
        if test.accuracy is not None:
            figures.append(f"accuracy {test.accuracy}, macro F1 {_figure(test.macro_f1)}")
        if test.precision is not None:
            figures.append(f"P@10 {test.precision}")
        say(f"On the {test.tracks} test tracks, of other artists: {', '.join(figures)}.")
    _warn_left_out(len(report.skipped), f"{run / 'skipped.json'} says why")
    say(f"The model is in {report.model}. Use it with: mir model use {report.model}")


def say_folds(report: "FoldsReport") -> None:
    """Print a row a fold, and the means."""
    rows = []
    for fold in report.folds:
        test = fold.test
        if test is not None:
            figures = (_figure(test.accuracy), _figure(test.macro_f1), _figure(test.precision))
            rows.append([str(fold.number), str(test.tracks), *figures])
    means = (report.accuracy, report.macro_f1, report.precision)
    tracks = sum(fold.test.tracks for fold in report.folds if fold.test)
    rows.append(["mean", str(tracks), *map(_figure, means)])
    titles = ("tracks", "accuracy", "macro F1", "P@10")
    print_table([Column("fold"), *(Column(title, right=True) for title in titles)], rows)
    say("± is a 95 % interval: over the tracks of a fold, and in the last row over the folds.")


def say_search(report: "SearchReport", command: str) -> None:
    """Print every trial, what mattered, and the command that trains with the best settings."""
    names = list(report.best.values)
    rows = [
        [
            str(trial.number + 1),
            *(f"{trial.values[name]:g}" if name in trial.values else "" for name in names),
            _figure(trial.figure),
            trial.state if trial.reason is None else trial.reason,
        ]
        for trial in report.trials
    ]
    columns = [Column("trial", right=True)]
    columns += [Column(name.replace("_", " "), right=True) for name in (*names, "figure")]
    print_table([*columns, Column("state", flexible=True)], rows)
    if report.importance:
        shares = ", ".join(f"{name} {share:.0%}" for name, share in report.importance.items())
        say(f"What the differences come from: {shares}.")
    say(f"Train with the best: {command} {' '.join(report.options)}")


def say_head(report: "HeadReport") -> None:
    """Print the labels, how the head was judged, and where the model is."""
    rows = [
        [each.label, str(each.train), str(each.valid), str(each.test)] for each in report.labels
    ]
    sides = (Column(side, right=True) for side in ("train", "valid", "test"))
    print_table([Column("label", flexible=True), *sides], rows)
    for name, judged in (("The head", report.head), ("The most frequent label", report.majority)):
        say(f"{name}: accuracy {judged.accuracy}, macro F1 {judged.macro_f1} on test artists.")
    for file, reason in report.left_out[:3]:
        warn(f"{file} was left out: {reason}")
    _warn_left_out(len(report.left_out) - 3, "--json lists them")
    say(f"The model is in {report.model}. Its vectors are those of model {report.vectors_of}.")


def _warn_left_out(count: int, where: str) -> None:
    if count > 0:
        files = "file was" if count == 1 else "files were"
        warn(f"{count} {files} left out; {where}.")


def _figure(value: object) -> str:
    if value is None:
        return ""
    return f"{value:.3f}" if isinstance(value, float) else str(value)
