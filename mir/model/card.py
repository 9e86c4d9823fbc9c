"""What a model file says of itself: everything but the weights, as one JSON text inside it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from mir.errors import ModelError
from mir.features.mel import FeatureSpec

FORMAT = 1
METADATA_KEY = "mir"


@dataclass(frozen=True, slots=True)
class TagGroup:
    """A mood or an instrument: which tag outputs it gathers, and when it stands out."""

    name: str
    columns: tuple[int, ...]  # of the network's tag outputs
    remarkable: float  # probability that a tenth of the training tracks reaches


@dataclass(frozen=True, slots=True)
class TagAxis:
    """A scale on which music is placed, read off the tag outputs.

    The place is tanh(offset + sum of weights x logits), the logits taken as means over a recording:
    in (-1, 1), and 0 for the average of the training music where the offset is fitted so. The
    hyperbolic tangent keeps the order of extremes that cutting off would make equal.
    """

    name: str  # one of `AXES`
    columns: tuple[int, ...]  # of the network's tag outputs
    weights: tuple[float, ...]  # one for each column
    offset: float


AXES = ("arousal", "valence")  # how much energy; how bright the mood (Russell 1980)


@dataclass(frozen=True, slots=True)
class ModelCard:
    """The names, calibration and origin that belong to a set of weights."""

    name: str
    dimension: int
    genres: tuple[str, ...]
    moods: tuple[TagGroup, ...]
    instruments: tuple[TagGroup, ...]
    temperature: float  # genre logits are divided by it before the softmax
    certain: float  # a first genre below this probability is called uncertain
    spec: FeatureSpec = field(default_factory=FeatureSpec)
    trained_on: str = ""  # one sentence; docs/model-card.md tells the whole
    axes: tuple[TagAxis, ...] = ()
    vectors_of: str = ""  # id of the model whose network this one shares; empty for its own
    # The network's shape, how it was trained and how it was judged, by name; to be shown.
    training: Mapping[str, str | int | float] = field(default_factory=dict)

    def info(self, model_id: str) -> "ModelInfo":
        """The part of the card that other rooms read, with the identity of the weights."""
        return ModelInfo(
            model_id=model_id,
            name=self.name,
            dimension=self.dimension,
            genres=self.genres,
            moods=tuple(group.name for group in self.moods),
            instruments=tuple(group.name for group in self.instruments),
            spec=self.spec,
            trained_on=self.trained_on,
            axes=tuple(axis.name for axis in self.axes),
            vectors_of=self.vectors_of,
        )

    def to_json(self) -> str:
        """The card as it is stored in a model file."""
        return json.dumps({"format": FORMAT, **asdict(self)})

    @classmethod
    def from_json(cls, text: str) -> "ModelCard":
        """Read a card; ModelError when it is of another format or lacks something.

        Fields that a later version added within the format are passed over.
        """
        try:
            told = json.loads(text)
            found = told.pop("format")
            if found != FORMAT:
                raise ModelError(
                    f"the model file has format {found} and this program reads format {FORMAT}; "
                    "use a model that belongs to this version"
                )
            told = {known.name: told[known.name] for known in fields(cls) if known.name in told}
            for kind in ("moods", "instruments"):
                told[kind] = tuple(
                    TagGroup(g["name"], tuple(g["columns"]), g["remarkable"]) for g in told[kind]
                )
            told["axes"] = tuple(_axis(axis) for axis in told.get("axes", ()))
            told["genres"] = tuple(told["genres"])
            told["spec"] = FeatureSpec(**told["spec"])
            return cls(**told)
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError(
                f"the model file's description is damaged ({error!r}); take another copy of it"
            ) from error


def _axis(told: dict[str, Any]) -> TagAxis:
    axis = TagAxis(told["name"], tuple(told["columns"]), tuple(told["weights"]), told["offset"])
    if axis.name not in AXES or len(axis.columns) != len(axis.weights):
        raise ValueError(f"the axis {axis.name!r} is none, or its columns and weights do not fit")
    return axis


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """Which model it is and what it can name."""

    model_id: str  # digest of the model file: vectors of different ids do not compare
    name: str
    dimension: int
    genres: tuple[str, ...]
    moods: tuple[str, ...]
    instruments: tuple[str, ...]
    spec: FeatureSpec
    trained_on: str
    axes: tuple[str, ...] = ()
    vectors_of: str = ""
