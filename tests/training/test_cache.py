import json
import os
import signal
from pathlib import Path

import numpy as np
import pytest
import soundfile

from mir.audio.decode import Span
from mir.features.mel import FeatureSpec
from mir.features.patches import PATCH_FRAMES
from mir.training import cache
from mir.training.cache import Decoding, Wanted, open_cache, passages

SPEC = FeatureSpec()


@pytest.fixture
def music(tmp_path: Path) -> Path:
    data = tmp_path / "music"
    data.mkdir()
    rng = np.random.default_rng(1)
    for number, seconds in enumerate((7.0, 2.0, 31.0)):
        sound = rng.standard_normal(int(seconds * 16_000)).astype(np.float32) * 0.1
        soundfile.write(data / f"{number}.wav", sound, 16_000)
    return data


ALL = (Wanted("0.wav"), Wanted("1.wav"), Wanted("2.wav", (Span(3.0, 9.1), Span(20.0, 6.2))))


def test_files_lie_one_behind_the_other_in_whole_patches(music: Path, tmp_path: Path) -> None:
    opened = open_cache(music, ALL, tmp_path / "cache")
    assert [(k.file, k.span, k.patches) for k in opened.kept] == [
        ("0.wav", 0, 2),
        ("1.wav", 0, 1),  # shorter than a patch: repeated until it fills one
        ("2.wav", 0, 3),
        ("2.wav", 1, 2),
    ]
    assert [k.offset for k in opened.kept] == [0, 374, 561, 1122]
    assert opened.frames.shape == (8 * PATCH_FRAMES, SPEC.n_mels)
    assert opened.frames.dtype == np.float16
    assert opened.frames.mean() > 1
    assert opened.skipped == {}


def test_it_is_decoded_once_and_anew_when_a_file_changes(music: Path, tmp_path: Path) -> None:
    seen: list[Decoding] = []
    first = open_cache(music, ALL, tmp_path / "cache", progress=seen.append)
    assert [(s.done, s.total, s.file) for s in seen] == [
        (1, 3, "0.wav"),
        (2, 3, "1.wav"),
        (3, 3, "2.wav"),
    ]
    again = open_cache(music, ALL, tmp_path / "cache", progress=seen.append)
    assert len(seen) == 3
    assert np.array_equal(first.frames, again.frames)
    assert again.kept == first.kept
    soundfile.write(music / "0.wav", np.ones(16_000 * 5, np.float32) * 0.1, 16_000)
    changed = open_cache(music, ALL, tmp_path / "cache", progress=seen.append)
    assert len(seen) == 6
    assert changed.key != first.key


def test_decoding_that_was_killed_goes_on_with_the_next_file(music: Path, tmp_path: Path) -> None:
    whole = open_cache(music, ALL, tmp_path / "whole")
    folder = tmp_path / "killed"

    class Killed(Exception):
        pass

    def kill(state: Decoding) -> None:
        if state.done == 2:
            raise Killed

    with pytest.raises(Killed):
        open_cache(music, ALL, folder, progress=kill)
    # As if the kill had come in the middle of writing the third file.
    with (folder / f"{whole.key}.f16").open("ab") as out:
        out.write(b"\x01" * 1001)
    with (folder / f"{whole.key}.jsonl").open("a") as index:
        index.write('{"file": "2.wav", "ke')
    seen: list[Decoding] = []
    resumed = open_cache(music, ALL, folder, progress=seen.append)
    assert [s.file for s in seen] == ["2.wav"]
    assert resumed.kept == whole.kept
    assert np.array_equal(resumed.frames, whole.frames)


def test_what_cannot_be_heard_is_noted_and_costs_nothing_else(music: Path, tmp_path: Path) -> None:
    (music / "text.mp3").write_text("no music")
    soundfile.write(music / "silent.wav", np.zeros(16_000 * 5, np.float32), 16_000)
    wanted = (Wanted("text.mp3"), Wanted("gone.flac"), Wanted("silent.wav"), *ALL)
    opened = open_cache(music, wanted, tmp_path / "cache")
    assert set(opened.skipped) == {"text.mp3", "gone.flac", "silent.wav"}
    assert all(name in reason for name, reason in opened.skipped.items())
    assert {k.file for k in opened.kept} == {"0.wav", "1.wav", "2.wav"}


def _crash(data: Path, wanted: Wanted, spec: FeatureSpec) -> object:
    if wanted.file == "1.wav":
        os.kill(os.getpid(), signal.SIGKILL)
    return cache.decode_file(data, wanted, spec)


def test_a_file_that_kills_its_process_is_named_and_the_rest_is_heard(
    music: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = open_cache(music, ALL, tmp_path / "one")
    with monkeypatch.context() as patch:
        patch.setattr(cache, "decode_file", _crash)
        opened = open_cache(music, ALL, tmp_path / "two", jobs=2)
    assert list(opened.skipped) == ["1.wav"]
    assert "killed the process" in opened.skipped["1.wav"]
    kept = [k for k in alone.kept if k.file != "1.wav"]
    assert [(k.file, k.patches) for k in opened.kept] == [(k.file, k.patches) for k in kept]
    index = (tmp_path / "two" / f"{opened.key}.jsonl").read_text().splitlines()
    assert [json.loads(line)["file"] for line in index] == ["0.wav", "1.wav", "2.wav"]


@pytest.mark.parametrize("seconds", [2.0, 18.0, 30.0, 90.0, 91.0, 36_000.0, None])
def test_a_file_of_any_length_is_heard_in_at_most_five_passages(seconds: float | None) -> None:
    spans = passages(seconds)
    assert 1 <= len(spans) <= 5
    assert all(span.seconds <= 18 for span in spans)
    if seconds is None:
        return
    assert sum(span.seconds for span in spans) == pytest.approx(min(seconds, 90))
    ends = [span.start + span.seconds for span in spans]
    assert ends[-1] <= seconds + 1e-9
    assert all(end <= after.start + 1e-9 for end, after in zip(ends, spans[1:], strict=False))
