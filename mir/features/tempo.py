"""Tempo: how often the pulse of the music returns, in beats per minute.

The onset strength of a frame is the mean over mel bands of its rise in decibels (as in
`librosa.onset.onset_strength`, lag 1). Two views of that envelope are multiplied, as in
Peeters (2007), "Template-based estimation of time-varying tempo": its autocorrelation peaks
at the beat and at *slower* multiples of it, its spectrum at the beat and at *faster* ones,
and only the beat stands out in both. What is left open is decided by a log-normal prior, as in
`librosa.feature.tempo`, and by another: music seldom has fewer onsets than beats. How much each of
the four counts was fitted by a multinomial logistic regression over the candidates of each piece of
the tuning part of `benchmarks/known_answers.py`; five numbers, since there are not styles
enough to learn more from.

Frames come 62.5 times a second, so that one lag is 7 BPM wide at 170 BPM. The estimate is
sharpened on the later multiples of the beat period, where the same step is a fraction of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from mir.analysis import FloatArray

SLOWEST, FASTEST = 40.0, 220.0  # BPM that are considered
_STEPS_PER_OCTAVE = 240  # of the grid of candidates: 0.3 %
_PRIOR_CENTRE, _PRIOR_OCTAVES = 112.7, 0.409  # BPM; standard deviation
_RETURNS, _PULSE, _SPARSE = 1.63, 1.147, 2.75  # what each view counts beside the prior
_FAINTEST = 0.03  # of a view's range: less is no evidence, for or against
_ONSET = 1.0  # standard deviations of the envelope that a peak must reach to count as an onset
_CLEAR = 0.5  # correlation a beat later from which on nothing is taken from the confidence
_MULTIPLES = 4  # beat periods over which a pulse must return
_SHORTEST = 3.0  # seconds of a passage that can show a pulse
_SMALLEST_RISE = 0.5  # dB: an envelope that never rises by more holds no onset
_LOCAL = 1.0  # seconds over which the level of the envelope is taken away


@dataclass(frozen=True, slots=True)
class Tempo:
    """An estimate. `confidence` is high where one candidate stands out and onsets do return.

    It is the weight of the best candidate among all, times the correlation of the onsets with
    themselves a beat later, counted as full from one half up.
    """

    bpm: float
    confidence: float  # in [0, 1]


def estimate(decibels: Sequence[FloatArray], frame_rate: float) -> Tempo | None:
    """The tempo of several passages of one recording, or None where nothing pulses.

    decibels: (frames, bands) each, mel power in dB; `frame_rate` in frames per second.
    The passages' autocorrelations and spectra are added, so that no beat is counted across a seam.
    """
    envelopes = [onset_strength(passage) for passage in decibels]
    envelopes = [each for each in envelopes if len(each) >= _SHORTEST * frame_rate]
    if not envelopes or max(float(each.max()) for each in envelopes) < _SMALLEST_RISE:
        return None
    flat = [_flatten(each, frame_rate) for each in envelopes]

    lags = int((_MULTIPLES + 0.5) * 60.0 / SLOWEST * frame_rate)
    size = scipy.fft.next_fast_len(2 * max(map(len, flat)) + lags, real=True)
    power = np.zeros(size // 2 + 1)
    pairs = np.zeros(lags)  # how many pairs of frames each lag was summed over
    for each in flat:
        power += np.abs(scipy.fft.rfft(each, size)) ** 2
        pairs += np.maximum(len(each) - np.arange(lags), 0)
    sums = scipy.fft.irfft(power, size)[:lags]
    if sums[0] <= 0:
        return None
    longest = max(map(len, flat))
    correlation = sums / np.maximum(pairs, 0.25 * longest) * pairs[0] / sums[0]

    octaves = np.log2(FASTEST / SLOWEST)
    grid = SLOWEST * 2.0 ** (np.arange(int(octaves * _STEPS_PER_OCTAVE)) / _STEPS_PER_OCTAVE)
    returns = _returns(correlation, 60.0 * frame_rate / grid)
    bins = np.arange(len(power)) * (frame_rate * 60.0 / size)  # BPM of each bin
    pulse = np.sqrt(np.interp(grid, bins, power) / power.max())
    prior = -0.5 * (np.log2(grid / _PRIOR_CENTRE) / _PRIOR_OCTAVES) ** 2
    sparse = np.minimum(np.log2(_onset_rate(flat, frame_rate) / grid), 0.0) ** 2
    fit = prior - _SPARSE * sparse
    fit += _RETURNS * np.log(np.maximum(returns, _FAINTEST))
    fit += _PULSE * np.log(np.maximum(pulse, _FAINTEST))
    best = int(np.argmax(fit))

    period = _sharpen(correlation, 60.0 * frame_rate / grid[best])
    clear = float(_returns(correlation, np.array([period]))[0]) / _CLEAR
    confidence = _share(fit, best) * float(np.clip(clear, 0.0, 1.0))
    return Tempo(bpm=float(60.0 * frame_rate / period), confidence=confidence)


def _onset_rate(envelopes: Sequence[NDArray[np.float64]], frame_rate: float) -> float:
    """Onsets a minute: the peaks of the flattened envelopes that stand clearly above the rest."""
    count, frames = 0, 0
    for each in envelopes:
        inner = each[1:-1]
        peaks = (inner > each[:-2]) & (inner >= each[2:]) & (inner > _ONSET * each.std())
        count, frames = count + int(peaks.sum()), frames + len(each)
    return 60.0 * frame_rate * max(count, 1) / frames


def _share(fit: NDArray[np.float64], best: int) -> float:
    """The weight of the best candidate among the candidates: the peaks of the fit."""
    peaks = 1 + np.flatnonzero((fit[1:-1] > fit[:-2]) & (fit[1:-1] >= fit[2:]))
    weights = np.exp(fit[np.union1d(peaks, best)] - fit[best])
    return float(1.0 / weights.sum())


def onset_strength(decibels: FloatArray) -> FloatArray:
    """Mean rise over bands from frame to frame, in dB, shape (frames - 3,) or empty.

    The first frame and the last reach beyond the passage; what seems to rise there is
    the passage's own beginning.
    """
    inside = decibels[1:-1]
    if len(inside) < 2:
        return np.zeros(0, np.float32)
    rise = inside[1:] - inside[:-1]
    np.maximum(rise, 0.0, out=rise)
    return rise.mean(axis=1)


def _flatten(envelope: FloatArray, frame_rate: float) -> NDArray[np.float64]:
    """Take the local level away and round each onset, so that peaks can be interpolated."""
    width = int(_LOCAL * frame_rate) | 1
    padded = np.pad(envelope.astype(np.float64), width // 2, mode="reflect")
    running = np.cumsum(np.concatenate(([0.0], padded)))
    local = (running[width:] - running[:-width]) / width
    raised = np.convolve(envelope - local, (0.25, 0.5, 0.25), mode="same")
    return raised - raised.mean()


def _returns(correlation: NDArray[np.float64], periods: NDArray[np.float64]) -> NDArray[np.float64]:
    """How strongly onsets return after one, two, … periods; the first counts most."""
    weights = 1.0 / np.arange(1, _MULTIPLES + 1) ** 2
    lags = np.arange(len(correlation))
    total = sum(
        weight * np.interp(multiple * periods, lags, correlation)
        for multiple, weight in enumerate(weights, start=1)
    )
    return np.asarray(total / weights.sum())


def _sharpen(correlation: NDArray[np.float64], period: float) -> float:
    """Follow the beat to its later multiples, each time fitting a parabola to the peak there."""
    for multiple in range(1, _MULTIPLES + 1):
        lag = round(multiple * period)
        near = slice(max(lag - 2, 1), min(lag + 3, len(correlation) - 1))
        peak = near.start + int(np.argmax(correlation[near]))
        if not 1 <= peak < len(correlation) - 1:
            continue
        before, top, after = correlation[peak - 1 : peak + 2]
        if top <= 0 or top < before or top < after:
            continue  # no peak here: keep what the earlier ones said
        bend = before - 2 * top + after
        shift = 0.5 * (before - after) / bend if bend < 0 else 0.0
        found = (peak + shift) / multiple
        if abs(found / period - 1) < 0.06 / multiple:
            period = found
    return period
