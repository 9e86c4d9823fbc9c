"""Made-up tracks that lie at places on the axes of mood."""

from dataclasses import replace

from mir.analysis import Analysis


def felt(analysis: Analysis, arousal: float | None, valence: float | None) -> Analysis:
    """The analysis, with these places in what the model heard."""
    return replace(analysis, hearing=replace(analysis.hearing, arousal=arousal, valence=valence))
