import dataclasses

import pytest
import torch
from torch import Tensor

from mir.errors import TrainingError
from mir.training.augment import Augment, mix, mixup
from mir.training.spec import AUGMENTATIONS, Augmentation

NONE = AUGMENTATIONS["none"]


def frames(batch: int = 64) -> Tensor:
    return torch.rand(batch, 187, 96, generator=torch.Generator().manual_seed(2)) * 3 + 0.5


def changed_by(**amounts: float) -> Tensor:
    torch.manual_seed(0)
    return Augment(dataclasses.replace(NONE, **amounts))(frames())


def power_db(frames: Tensor) -> Tensor:
    return 10 * torch.log10(torch.pow(10.0, frames) - 1)


def test_none_leaves_the_music_alone() -> None:
    torch.testing.assert_close(Augment(NONE)(frames()), frames())


@pytest.mark.parametrize("name", ["light", "strong"])
def test_shape_and_numbers_stay_sound_and_a_seed_reproduces_them(name: str) -> None:
    torch.manual_seed(3)
    first = Augment(AUGMENTATIONS[name])(frames())
    torch.manual_seed(3)
    assert torch.equal(first, Augment(AUGMENTATIONS[name])(frames()))
    torch.manual_seed(4)
    assert not torch.equal(first, Augment(AUGMENTATIONS[name])(frames()))
    assert first.shape == (64, 187, 96)
    assert torch.isfinite(first).all()
    assert first.min() >= 0


def test_silence_stays_silence() -> None:
    torch.manual_seed(0)
    assert Augment(AUGMENTATIONS["strong"])(torch.zeros(16, 187, 96)).eq(0).all()


def test_gain_is_one_level_a_patch_of_the_deviation_asked_for() -> None:
    levels = power_db(changed_by(gain_db=3.0)) - power_db(frames())
    assert levels.std((1, 2)).max() < 0.01
    assert levels.mean((1, 2)).std() == pytest.approx(3.0, rel=0.3)


def test_tilt_and_equaliser_change_the_tone_alike_at_every_moment() -> None:
    tilted = power_db(changed_by(tilt_db=4.0)) - power_db(frames())
    torch.testing.assert_close(tilted[:, :1].expand_as(tilted), tilted, atol=0.05, rtol=0)
    slopes = tilted[:, 0, -1] - tilted[:, 0, 0]
    assert slopes.std() == pytest.approx(4.0, rel=0.3)
    curves = power_db(changed_by(eq_db=2.0)) - power_db(frames())
    assert curves[:, 0, 0].std() == pytest.approx(2.0, rel=0.3)
    assert curves.diff(dim=2).abs().max() < 1.0  # smooth from band to band


@pytest.mark.parametrize("effect", ["noise", "codec"])
def test_noise_and_codec_meet_the_share_of_patches_asked_for(effect: str) -> None:
    met = (changed_by(**{effect: 0.4}) - frames()).abs().amax((1, 2)) > 1e-3
    assert met.float().mean() == pytest.approx(0.4, abs=0.2)


@pytest.mark.parametrize("amount", [{"semitones": 1.5}, {"tempo": 0.1}])
def test_pitch_and_tempo_meet_about_half_of_the_patches(amount: dict[str, float]) -> None:
    met = (changed_by(**amount) - frames()).abs().amax((1, 2)) > 1e-2
    assert met.float().mean() == pytest.approx(0.5, abs=0.2)


def test_masks_silence_whole_moments_and_whole_bands_within_their_size() -> None:
    masked = changed_by(time_mask=24, mel_mask=10) == 0
    moments, bands = masked.all(2), masked.all(1)  # (B, T), (B, F)
    assert moments.any()
    assert bands.any()
    assert moments.sum(1).max() <= 24
    assert bands.sum(1).max() <= 10
    assert len({int(n) for n in moments.sum(1)}) > 3  # each patch has its own


def test_an_impossible_amount_is_refused() -> None:
    with pytest.raises(TrainingError, match=r"noise is 1\.5; choose a number from 0 .none. to 1"):
        Augmentation(noise=1.5)
    with pytest.raises(TrainingError, match="gain_db is -1"):
        Augmentation(gain_db=-1)


def test_mixup_draws_a_partner_for_each_and_keeps_the_larger_part() -> None:
    torch.manual_seed(1)
    drawn = mixup(6, 0.5)
    assert drawn is not None
    partner, weight = drawn
    assert sorted(partner.tolist()) == list(range(6))
    assert (weight >= 0.5).all()
    mixed = mix(torch.eye(6), partner, weight)
    assert torch.allclose(mixed.sum(1), torch.ones(6))
    assert (mixed.diagonal() >= 0.5).all()
    assert mixup(6, 0.0) is None
