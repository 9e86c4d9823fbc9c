import math

import numpy as np
import pytest
import torch
from torch import Tensor

from mir.features.mel import FeatureSpec, mel_spectrogram
from mir.features.patches import PATCH_FRAMES
from mir.training import effects

BATCH, BANDS = 3, 96


def frames(seed: int = 0) -> Tensor:
    return torch.rand(BATCH, PATCH_FRAMES, BANDS, generator=torch.Generator().manual_seed(seed)) * 3


def tone(hertz: float) -> Tensor:
    """(1, T, F) power of a steady tone, as decoding makes it."""
    time = torch.arange(16_000 * 3) / 16_000
    mel = mel_spectrogram(torch.sin(2 * math.pi * hertz * time).numpy(), FeatureSpec())
    return torch.from_numpy(mel[:PATCH_FRAMES])[None] * 10_000


def per_patch(value: float) -> Tensor:
    return torch.full((BATCH, 1, 1), value)


def decibels(ratio: Tensor) -> Tensor:
    return 10 * torch.log10(ratio)


def test_the_compression_can_be_undone() -> None:
    quiet_and_loud = torch.cat([frames() * 1e-4, frames()])
    power = effects.to_power(quiet_and_loud)
    torch.testing.assert_close(effects.to_input(power), quiet_and_loud)
    assert effects.to_power(torch.zeros(1, 2, 3)).eq(0).all()


def test_amplifying_raises_power_by_the_decibels() -> None:
    power = effects.to_power(frames())
    louder = effects.amplify(power, per_patch(6.0))
    torch.testing.assert_close(decibels(louder / power), torch.full_like(power, 6.0))
    assert torch.equal(effects.amplify(power, per_patch(0.0)), power)


def test_an_equaliser_changes_each_band_by_its_own_amount() -> None:
    power = effects.to_power(frames())
    curve = torch.linspace(-4, 4, BANDS).expand(BATCH, 1, BANDS)
    changed = decibels(effects.amplify(power, curve) / power)
    torch.testing.assert_close(changed, curve.expand_as(power), atol=1e-3, rtol=0)


@pytest.mark.parametrize("snr", [0.0, 10.0, 25.0])
def test_noise_lies_as_far_below_the_music_as_asked(snr: float) -> None:
    power = effects.to_power(frames())
    noise = torch.rand(power.shape) * 1e5  # of whatever level
    added = effects.add_noise(power, noise, per_patch(snr)) - power
    ratio = decibels(power.mean((1, 2)) / added.mean((1, 2)))
    torch.testing.assert_close(ratio, torch.full((BATCH,), snr), atol=0.01, rtol=0)


def test_pink_noise_is_as_strong_in_every_octave_and_white_in_every_hertz() -> None:
    rate = 16_000
    white = np.random.default_rng(0).standard_normal(rate * 20).astype(np.float32)
    spectrum = np.fft.rfft(white)
    spectrum[1:] /= np.sqrt(np.fft.rfftfreq(len(white), 1 / rate)[1:])
    for sound, exponent in ((white, 0.0), (np.fft.irfft(spectrum).astype(np.float32), 1.0)):
        real = mel_spectrogram(sound / sound.std(), FeatureSpec()).mean(0)  # (F,)
        made = effects.coloured(torch.ones(1, 1, 96), per_patch(exponent))[0, 0].numpy()
        gap = 10 * np.log10(real / made)
        assert np.ptp(gap[2:-2]) < 3  # dB; the outermost bands are few bins wide


def test_noise_infinitely_far_below_is_none_and_silence_stays_silent() -> None:
    power = effects.to_power(frames())
    assert torch.equal(effects.add_noise(power, torch.ones_like(power), per_patch(math.inf)), power)
    silence = torch.zeros_like(power)
    assert effects.add_noise(silence, torch.ones_like(power), per_patch(0.0)).eq(0).all()


def test_a_codec_keeps_nothing_above_its_cutoff_nor_far_below_the_loudest() -> None:
    power = effects.to_power(frames())
    coded = effects.encode(power, per_patch(60.0), per_patch(20.0))
    assert coded[..., 60:].eq(0).all()
    loudest = power.amax(2, keepdim=True)
    inaudible = power < loudest / 100
    assert inaudible[..., :60].any()
    assert coded[inaudible].eq(0).all()
    kept = ~inaudible & (torch.arange(BANDS) < 60)
    assert torch.equal(coded[kept], power[kept])


def test_a_codec_without_cutoff_and_of_any_depth_changes_nothing() -> None:
    power = effects.to_power(frames())
    assert torch.equal(effects.encode(power, per_patch(BANDS), per_patch(math.inf)), power)


@pytest.mark.parametrize(("hertz", "semitones"), [(440.0, 2.0), (1500.0, -2.0), (3000.0, 1.0)])
def test_pitch_moves_a_tone_to_where_the_higher_tone_lies(hertz: float, semitones: float) -> None:
    moved = effects.shift(
        effects.to_input(tone(hertz)), torch.tensor([semitones]), torch.tensor([1.0])
    )
    there = effects.to_input(tone(hertz * 2 ** (semitones / 12)))
    middle = PATCH_FRAMES // 2
    assert abs(int(moved[0, middle].argmax()) - int(there[0, middle].argmax())) <= 1


def test_tempo_moves_events_towards_the_middle_or_away() -> None:
    picture = torch.zeros(1, PATCH_FRAMES, BANDS)
    middle = (PATCH_FRAMES - 1) // 2
    picture[0, middle + 44] = 1.0
    faster = effects.shift(picture, torch.zeros(1), torch.tensor([1.1]))
    assert int(faster[0, :, 5].argmax()) == middle + 40
    slower = effects.shift(picture, torch.zeros(1), torch.tensor([0.8]))
    assert int(slower[0, :, 5].argmax()) == middle + 55


def test_no_shift_changes_nothing_and_every_shift_keeps_range_and_shape() -> None:
    given = frames()
    same = effects.shift(given, torch.zeros(BATCH), torch.ones(BATCH))
    torch.testing.assert_close(same, given, atol=1e-4, rtol=0)
    moved = effects.shift(given, torch.tensor([-3.0, 0.0, 3.0]), torch.tensor([0.8, 1.0, 1.2]))
    assert moved.shape == given.shape
    assert moved.min() >= 0
    assert moved.max() <= given.max() + 1e-5


def test_the_mel_scale_is_librosas() -> None:
    import librosa

    hertz = torch.tensor([50.0, 500.0, 1000.0, 2000.0, 7000.0])
    expected = torch.from_numpy(librosa.hz_to_mel(hertz.numpy())).float()
    torch.testing.assert_close(effects._mel(hertz), expected)
    torch.testing.assert_close(effects._hertz(effects._mel(hertz)), hertz)
