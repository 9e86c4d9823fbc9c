"""Writes pictures of few colours as PNG, with the encoder that the decoders bring along."""

from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

COLOURS = 256


def png(pixels: NDArray[np.uint8], palette: NDArray[np.uint8]) -> bytes:
    """A PNG file of `pixels` (rows, columns), each the number of a colour in `palette`.

    palette: (256, 3) red, green, blue. Raises ValueError for other shapes or an empty picture.
    """
    if pixels.ndim != 2 or not pixels.size:
        raise ValueError(f"pixels must be of shape (rows, columns), not {pixels.shape}")
    if palette.shape != (COLOURS, 3):
        raise ValueError(f"a palette has {COLOURS} colours of three bytes, not {palette.shape}")
    opaque = np.full((COLOURS, 1), 255, np.uint8)
    colours = np.ascontiguousarray(np.hstack([opaque, palette]), np.uint8)  # PyAV takes ARGB
    picture: Any = (np.ascontiguousarray(pixels, np.uint8), colours)
    frame = av.VideoFrame.from_ndarray(picture, format="pal8")
    encoder = av.CodecContext.create("png", "w")
    assert isinstance(encoder, av.VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = frame.width, frame.height, "pal8"
    return b"".join(bytes(each) for each in [*encoder.encode(frame), *encoder.encode(None)])
