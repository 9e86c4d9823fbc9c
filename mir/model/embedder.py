"""Run a model file with ONNX Runtime: mel spectrograms in, a `Hearing` out. No torch."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from hashlib import blake2b
from importlib import resources
from pathlib import Path

import numpy as np

from mir.analysis import MOST_LABELS, FloatArray, Hearing, Label
from mir.errors import ModelError
from mir.features.patches import cut_patches, network_input
from mir.model.card import METADATA_KEY, ModelCard, TagAxis, TagGroup

SHIPPED = "mir-2.onnx"

PASSAGE_FRAMES = 1125  # 18 seconds: six patches, and what one passage vector stands for
_SHORTEST_REST = 125  # frames; a shorter rest joins the passage before it
_BATCH = 18  # patches in a run of the network: three passages; more only cost memory
_GENRES_NAMED = 3
_AUDIBLE = 0.03  # an instrument less probable than this is not named, however rare it is


class Embedder:
    """A loaded model. Safe to share between threads; each run uses one core."""

    def __init__(self, content: bytes, origin: str) -> None:
        """Load a model from the bytes of its file; `origin` names it in errors."""
        import onnxruntime  # late: 20 MB that a server needs only once it hears a clip

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(
                content, options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # ONNX Runtime raises a dozen classes without a base
            raise ModelError(
                f"{origin} is not a model file that can be run ({_first_line(error)}); "
                "name a file that `mir train` wrote"
            ) from error
        metadata = self._session.get_modelmeta().custom_metadata_map
        if METADATA_KEY not in metadata:
            raise ModelError(
                f"{origin} is an ONNX file without mir's description of its outputs; "
                "name a file that `mir train` wrote"
            )
        try:
            self._card = ModelCard.from_json(metadata[METADATA_KEY])
        except ModelError as error:
            raise ModelError(f"{origin}: {error}") from error
        self.info = self._card.info(identity(content))

    @classmethod
    def load(cls, path: Path | None = None) -> "Embedder":
        """Load a model file, or the shipped model where `path` is None.

        Raises ModelError when the file cannot be read or is not a model of ours.
        """
        if path is None:
            return cls(shipped_bytes(), "the shipped model")
        try:
            return cls(path.read_bytes(), str(path))
        except OSError as error:
            raise ModelError(
                f"the model {path} cannot be read: {error.strerror}; "
                "name another, or leave out MIR_MODEL to use the shipped one"
            ) from error

    @property
    def card(self) -> ModelCard:
        """All that the file says of the model."""
        return self._card

    def hear(self, mels: Iterable[FloatArray]) -> Hearing:
        """What the network makes of the stretches of one recording.

        mels: mel power spectrograms (frames, n_mels) as `mir.features.mel` defines them, in
        the order of the recording, taken one after another as they are made; each is heard in
        passages of up to 18 seconds. Named are the three first genres and what stands out of the
        rest.
        """
        hearing, tags = self._hear(mels)
        return replace(
            hearing,
            genres=hearing.genres[:_GENRES_NAMED],
            moods=_standing_out(self._card.moods, tags, 0.0),
            instruments=_standing_out(self._card.instruments, tags, _AUDIBLE),
        )

    def hear_everything(self, mels: Iterable[FloatArray]) -> Hearing:
        """As `hear`, but name every genre, mood and instrument, however improbable."""
        hearing, tags = self._hear(mels)
        return replace(
            hearing,
            moods=_all_of(self._card.moods, tags),
            instruments=_all_of(self._card.instruments, tags),
        )

    def hear_each(self, mels: Iterable[FloatArray]) -> Iterator[Hearing]:
        """As `hear_everything`, but each of the stretches by itself, one after the other."""
        for mel in mels:
            yield self.hear_everything([mel])

    @property
    def remarkable(self) -> Mapping[str, float]:
        """For each mood the probability that a tenth of music reaches."""
        return {group.name: group.remarkable for group in self._card.moods}

    def _hear(self, mels: Iterable[FloatArray]) -> tuple[Hearing, FloatArray]:
        """All genres, without moods and instruments; and the probabilities (tags,) of all tags."""
        runs: list[list[FloatArray]] = []
        counts: list[int] = []  # patches in each passage
        waiting: list[FloatArray] = []  # patches that the network has not met, bounded
        for passage in (part for mel in mels for part in _passages(mel)):
            waiting.append(cut_patches(network_input(passage)))
            counts.append(len(waiting[-1]))
            if sum(map(len, waiting)) >= _BATCH:
                runs.append(self._run(np.concatenate(waiting)))
                waiting.clear()
        if waiting:
            runs.append(self._run(np.concatenate(waiting)))
        if not runs:
            raise ValueError("there is no passage to hear")
        embeddings, genre_logits, tag_logits = map(np.concatenate, zip(*runs, strict=True))
        by_passage = [part.mean(0) for part in np.split(embeddings, np.cumsum(counts)[:-1])]
        genres = _softmax(genre_logits.mean(0) / self._card.temperature)
        tags = (1.0 / (1.0 + np.exp(-tag_logits))).mean(0)
        places = {axis.name: axis_place(axis, tag_logits.mean(0)) for axis in self._card.axes}
        order = np.argsort(-genres)
        whole = embeddings.mean(0)
        hearing = Hearing(
            model_id=self.info.model_id,
            vector=_unit(whole),
            passages=np.stack([_unit(vector) for vector in by_passage]),
            genres=tuple(Label(self._card.genres[i], float(genres[i])) for i in order),
            uncertain=bool(genres[order[0]] < self._card.certain),
            arousal=places.get("arousal"),
            valence=places.get("valence"),
            norm=float(np.linalg.norm(whole)),
        )
        return hearing, tags

    def _run(self, patches: FloatArray) -> list[FloatArray]:
        """Embedding, genre logits and tag logits of (n, PATCH_FRAMES, n_mels)."""
        runs = [
            self._session.run(None, {"patches": patches[i : i + _BATCH]})
            for i in range(0, len(patches), _BATCH)
        ]
        return [np.concatenate(outputs) for outputs in zip(*runs, strict=True)]


def shipped_bytes() -> bytes:
    """The file of the model that comes with this version."""
    return (resources.files("mir.model") / "shipped" / SHIPPED).read_bytes()


def identity(content: bytes) -> str:
    """The id of the model in a file of this content: a digest, 16 hexadecimal digits."""
    return blake2b(content, digest_size=8).hexdigest()


def axis_place(axis: TagAxis, logits: FloatArray) -> float:
    """Where a recording lies on an axis, in (-1, 1); logits: (all tags,), means over it."""
    return float(np.tanh(axis.offset + np.dot(axis.weights, logits[list(axis.columns)])))


def group_probability(columns: Sequence[int], tags: FloatArray) -> FloatArray:
    """Probability that at least one of some tags applies (noisy or); tags: (..., all tags)."""
    return 1.0 - np.prod(1.0 - tags[..., list(columns)], axis=-1)


def _all_of(groups: Sequence[TagGroup], tags: FloatArray) -> tuple[Label, ...]:
    return tuple(Label(g.name, float(group_probability(g.columns, tags))) for g in groups)


def _standing_out(groups: Sequence[TagGroup], tags: FloatArray, least: float) -> tuple[Label, ...]:
    """The groups that a tenth of music or less reaches, the most remarkable first.

    The teachers are shy: their probabilities of moods rarely pass a few percent, so what
    counts is the rank among other music. None is named below the probability `least`.
    """
    found = []
    for group in groups:
        probability = float(group_probability(group.columns, tags))
        if probability >= max(group.remarkable, least):
            found.append((probability / group.remarkable, Label(group.name, probability)))
    found.sort(key=lambda pair: -pair[0])
    return tuple(label for _, label in found[:MOST_LABELS])


def _passages(mel: FloatArray) -> list[FloatArray]:
    starts = list(range(0, len(mel), PASSAGE_FRAMES))
    if len(starts) > 1 and len(mel) - starts[-1] < _SHORTEST_REST:
        starts.pop()
    ends = [*starts[1:], len(mel)]
    return [mel[start:end] for start, end in zip(starts, ends, strict=True)]


def _softmax(logits: FloatArray) -> FloatArray:
    powers = np.exp(logits - logits.max())
    return powers / powers.sum()


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]


def _unit(vector: FloatArray) -> FloatArray:
    return (vector / max(float(np.linalg.norm(vector)), 1e-9)).astype(np.float32)
