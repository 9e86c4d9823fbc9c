"""The models that `mir evaluate` judges; they hear labelled files behind a progress bar."""

import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import click

from indexer.opening import settings_for
from indexer.printing import shown
from mir.evaluation.hearing import HeardSet, hear_set, in_common
from mir.evaluation.labelled import LabelledSet
from mir.evaluation.report import Report, Table
from mir.evaluation.self_retrieval import Place, places
from mir.evaluation.tags import EveryName
from mir.listen import Ear
from mir.model.card import ModelInfo
from mir.model.embedder import Embedder

JUDGED = "mir"


class JudgedModels:
    """The model that the settings name, and others to stand beside it."""

    def __init__(
        self, beside: Sequence[Path], jobs: int | None, *, every_name: bool = False
    ) -> None:
        """Load each model once; with `every_name` they name all they know, however improbable.

        Raises ModelError naming a file that is none.
        """
        settings = settings_for(None, jobs=jobs)
        self.judged = JUDGED
        self._jobs: int = settings.jobs
        self._loaders: dict[str, Callable[[], Ear]] = {}
        self._left_out: dict[tuple[str, str], None] = {}
        infos: list[ModelInfo] = []
        for file in (*beside, settings.model):
            load = partial(Embedder.load, file)
            infos.append(load().info)
            name = _free_name(infos[-1], self._loaders) if len(infos) <= len(beside) else JUDGED
            self._loaders[name] = partial(EveryName, load) if every_name else load
        self.info = infos[-1]
        self._facts: dict[str, str | int] = {
            "name": self.info.name,
            "id": self.info.model_id,
            "size": self.info.dimension,
        }
        for name, info in zip(self._loaders, infos[:-1], strict=False):
            self._facts[f"beside {name}"] = info.model_id

    def hear(self, labelled: LabelledSet) -> dict[str, HeardSet]:
        """Hear the files by every model, the judged one last; only those that all could hear."""
        return self._hear(labelled, None, "")

    def hear_excerpts(
        self, heard: dict[str, HeardSet]
    ) -> tuple[tuple[Place, ...], dict[str, HeardSet]]:
        """Hear an excerpt of each test track; places and vectors are in the same order."""
        asked = places(heard[self.judged])
        if not asked:
            return (), {}
        name = heard[self.judged].name
        labelled = LabelledSet(name, tuple(place.item for place in asked))
        excerpts = self._hear(labelled, [place.span for place in asked], ", excerpts")
        kept = {item.path for item in excerpts[self.judged].items}
        return tuple(place for place in asked if place.item.path in kept), excerpts

    def report(self, title: str, tables: Sequence[Table]) -> Report:
        """Join tables to a report that names the models and the files left out so far."""
        return Report(title, self._facts, tuple(tables), tuple(self._left_out))

    def _hear(
        self, labelled: LabelledSet, spans: Sequence[Any] | None, what: str
    ) -> dict[str, HeardSet]:
        sets = []
        for name, load in self._loaders.items():
            by = f" by {name}" if len(self._loaders) > 1 else ""
            with click.progressbar(
                length=len(labelled.items), label=shown(labelled.name + what + by), file=sys.stderr
            ) as bar:
                show = partial(_advance, bar)
                sets.append(hear_set(labelled, load, self._jobs, show, spans))
            self._left_out |= dict.fromkeys(sets[-1].left_out)
        return dict(zip(self._loaders, in_common(sets), strict=True))


def _free_name(info: ModelInfo, taken: dict[str, Any]) -> str:
    return info.name if info.name not in {*taken, JUDGED} else f"{info.name} {info.model_id[:6]}"


def _advance(bar: Any, done: int, total: int) -> None:
    bar.update(1)
