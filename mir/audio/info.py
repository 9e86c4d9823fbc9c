"""What a file says of its own sound, before any of it is decoded."""

from dataclasses import dataclass

# Hertz. Outside of these a header is wrong, and resampling would cost minutes.
PLAUSIBLE_RATES = range(1_000, 3_000_001)


@dataclass(frozen=True, slots=True)
class AudioInfo:
    """The header's claims. They may be wrong: a reader must bound what it reads by itself."""

    seconds: float | None  # None: the header does not say
    sample_rate: int  # hertz
    channels: int
    container: str  # "mp3", "flac", "ogg", "wav", "aiff", "mp4", "asf", …
    codec: str  # "mp3", "flac", "vorbis", "opus", "pcm", "aac", "alac", "wmav2", …
    bit_rate: int | None  # bits per second, on average
