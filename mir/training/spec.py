"""What a run is made of: settings that determine the weights, and the machine that finds them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from mir.errors import TrainingError

OPTIMIZERS = ("adamw", "sgd")
SCHEDULES = ("one-cycle", "cosine")
PEAK_RATES = {"adamw": 3e-3, "sgd": 0.05}  # what TrainingSpec.learning_rate = None stands for


@dataclass(frozen=True, slots=True)
class Augmentation:
    """How far training may change a patch; 0 leaves it alone. See mir.training.augment."""

    gain_db: float = 3.0  # standard deviation of the level
    eq_db: float = 2.0  # standard deviation of a random equaliser's curve
    tilt_db: float = 4.0  # standard deviation of the slope from the lowest band to the highest
    semitones: float = 1.5  # most that half of the patches are shifted in pitch
    tempo: float = 0.12  # most that half of the patches are stretched in time, as a share
    noise: float = 0.55  # share of patches that get noise, 5 to 25 dB below the music
    codec: float = 0.3  # share of patches that lose what a lossy codec drops
    time_mask: int = 24  # longest gap of SpecAugment, frames of 16 ms
    mel_mask: int = 10  # widest gap of SpecAugment, mel bands

    def __post_init__(self) -> None:
        """Raise TrainingError for an amount below 0 or a share above 1."""
        for each in fields(self):
            value = getattr(self, each.name)
            share = each.name in ("noise", "codec", "tempo")
            if value < 0 or (share and value > 1):
                raise TrainingError(
                    f"{each.name} is {value}; choose a number from 0 (none){' to 1' * share}"
                )


AUGMENTATIONS: Mapping[str, Augmentation] = {
    "none": Augmentation(0, 0, 0, 0, 0, 0, 0, 0, 0),
    "light": Augmentation(1.5, 1.0, 2.0, 0.5, 0.04, 0.1, 0.1, 12, 6),
    "strong": Augmentation(),
}


@dataclass(frozen=True, slots=True)
class TrainingSpec:
    """How to train; together with the network, the data and its split it determines the weights."""

    epochs: int = 18
    batch_size: int = 64
    optimizer: str = "adamw"  # or "sgd", with Nesterov's momentum of 0.9
    learning_rate: float | None = None  # at its peak; None: PEAK_RATES of the optimizer
    schedule: str = "one-cycle"  # or "cosine"
    warm_up: float = 0.1  # share of all steps in which the rate rises to its peak
    weight_decay: float = 0.02  # L2; of matrices and kernels, not of biases and norms
    label_smoothing: float = 0.0  # share of a label that is spread over all genres
    class_weights: bool = False  # rare genres count more, by inverse frequency, up to 4 times
    mixup: float = 0.3  # parameter of its Beta distribution; 0: none
    augmentation: Augmentation = field(default_factory=Augmentation)
    patience: int | None = None  # epochs without a better figure before it stops; None: never
    seed: int = 1

    def __post_init__(self) -> None:
        """Raise TrainingError, naming the value and what is possible."""
        for name, fine, possible in (
            ("epochs", self.epochs >= 1, "1 or more"),
            ("batch_size", self.batch_size >= 2, "2 or more"),
            ("optimizer", self.optimizer in OPTIMIZERS, " or ".join(OPTIMIZERS)),
            ("learning_rate", self.peak_rate > 0, "more than 0"),
            ("schedule", self.schedule in SCHEDULES, " or ".join(SCHEDULES)),
            ("warm_up", 0 <= self.warm_up < 1, "at least 0 and less than 1"),
            ("weight_decay", self.weight_decay >= 0, "0 or more"),
            ("label_smoothing", 0 <= self.label_smoothing < 1, "at least 0 and less than 1"),
            ("mixup", self.mixup >= 0, "0 or more"),
            ("patience", self.patience is None or self.patience >= 1, "1 or more"),
            ("seed", self.seed >= 0, "0 or more"),
        ):
            if not fine:
                raise TrainingError(f"{name} is {getattr(self, name)}; it must be {possible}")

    @property
    def peak_rate(self) -> float:
        """The highest learning rate of the schedule."""
        given = self.learning_rate
        return PEAK_RATES.get(self.optimizer, 1.0) if given is None else given


@dataclass(frozen=True, slots=True)
class Machine:
    """What a run may use; the weights depend on it by rounding only."""

    device: str = "auto"  # "cpu", "cuda" or "auto": CUDA where there is some
    bf16: bool | None = None  # bfloat16 in the forward pass; None: on CUDA only
    threads: int = 2  # of torch on a CPU
    jobs: int = 2  # processes that decode audio
