"""A stand-in for a decoder or a network that crashes: it takes its whole process down."""

import os
from collections.abc import Sequence

from stub_embedder import StubEmbedder

from mir.analysis import FloatArray, Hearing


class DeadlyEmbedder(StubEmbedder):
    """Ends its process when a recording is shorter than two seconds."""

    def hear(self, mels: Sequence[FloatArray]) -> Hearing:
        """Hear as the stub does, unless there are fewer than 125 frames."""
        if sum(map(len, mels)) < 125:
            os._exit(3)
        return super().hear(mels)
