"""What a model file says of itself: everything but the weights, as one JSON text inside it."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

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
        )

    def to_json(self) -> str:
        """The card as it is stored in a model file."""
        return json.dumps({"format": FORMAT, **asdict(self)})

    @classmethod
    def from_json(cls, text: str) -> "ModelCard":
        """Read a card; ModelError when it is of another format or lacks something."""
        try:
            fields = json.loads(text)
            found = fields.pop("format")
            if found != FORMAT:
                raise ModelError(
                    f"the model file has format {found} and this program reads format {FORMAT}; "
                    "use a model that belongs to this version"
                )
            for kind in ("moods", "instruments"):
                fields[kind] = tuple(
                    TagGroup(g["name"], tuple(g["columns"]), g["remarkable"]) for g in fields[kind]
                )
            fields["genres"] = tuple(fields["genres"])
            fields["spec"] = FeatureSpec(**fields["spec"])
            return cls(**fields)
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError(f"the model file's description is damaged: {error!r}") from error


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
