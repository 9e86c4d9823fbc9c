"""A search for training settings: each trial trains a network, judged by the valid side alone."""

from collections.abc import Callable
from dataclasses import asdict, replace
from hashlib import blake2b
from pathlib import Path

from mir.model.network import NetworkSpec, scaled
from mir.training.material import Material
from mir.training.pipeline import train_model
from mir.training.search import Report, SearchReport, Space, Trial, Values, search
from mir.training.spec import PEAK_RATES, Machine, TrainingSpec
from mir.training.state import Epoch, Step

_DRAWN = ("learning_rate", "batch_size", "epochs", "dropout")
_AROUND = 5.0  # how far from the optimizer's usual learning rate the search looks, as a factor


def search_settings(
    material: Material,
    run: Path,
    trials: int,
    *,
    network: NetworkSpec = NetworkSpec(),  # noqa: B008 (frozen)
    training: TrainingSpec = TrainingSpec(),  # noqa: B008 (frozen)
    machine: Machine = Machine(),  # noqa: B008 (frozen)
    space: Space | None = None,
    progress: Callable[[Step | Epoch], None] = lambda state: None,
    on_trial: Callable[[int, int, Trial], None] = lambda done, total, trial: None,
) -> SearchReport:
    """Try `trials` settings of `network` and `training`, each in a folder of its own in `run`.

    What `mir.training.search` does not draw stays as given. The test side is not looked at. After a
    kill the same call goes on, within the trial that was under way. `progress` follows the training
    of each trial, `on_trial` hears of each that ends. Raises TrainingError as `search` and
    `train_model` do.
    """
    usual = PEAK_RATES[training.optimizer]
    space = space or Space(learning_rate=(usual / _AROUND, usual * _AROUND))
    seen = tuple(each for each in material.stretches if material.sides[each.file] != "test")
    untested = replace(material, stretches=seen)

    def objective(values: Values, report: Report) -> float:
        def on_state(state: Step | Epoch) -> None:
            progress(state)
            if isinstance(state, Epoch) and report(state.number, state.valid.figure):
                raise _Behind(state.valid.figure)

        folder = run / "trials" / _name(values)
        shape = replace(
            network,
            widths=scaled(network.widths, values["width"]),
            dropout=float(values["dropout"]),
        )
        how = replace(
            training,
            learning_rate=float(values["learning_rate"]),
            batch_size=int(values["batch_size"]),
            epochs=int(values["epochs"]),
        )
        try:
            figure = train_model(
                untested,
                folder,
                network=shape,
                training=how,
                machine=machine,
                progress=on_state,
            ).best.valid.figure
        except _Behind as behind:
            figure = behind.figure
        for weights in ("checkpoint.pt", "best.pt"):  # which nobody needs any more
            (folder / weights).unlink(missing_ok=True)
        return figure

    return search(
        objective,
        run,
        trials,
        training.seed,
        on_trial,
        space=space,
        subject=f"music and labels {material.digest}, settings {_digest(network, training)}",
    )


class _Behind(Exception):
    """Ends the training of a trial that falls behind the others."""

    def __init__(self, figure: float) -> None:
        super().__init__(figure)
        self.figure = figure


def _digest(network: NetworkSpec, training: TrainingSpec) -> str:
    """Of the settings that the search leaves as they are."""
    settings = {**asdict(network), **asdict(training)}
    fixed = {name: value for name, value in settings.items() if name not in _DRAWN}
    return blake2b(repr(sorted(fixed.items())).encode(), digest_size=8).hexdigest()


def _name(values: Values) -> str:
    """A folder's name that is the same whenever the same values are tried."""
    return ",".join(f"{name}={value:g}" for name, value in values.items())
