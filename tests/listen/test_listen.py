"""From sound to knowledge: where it listens, what it believes, what it refuses."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st
from stub_embedder import StubEmbedder

from mir import listen as listening
from mir.analysis import Descriptors
from mir.audio.clip import read_clip
from mir.audio.decode import Excerpt, Source, Span
from mir.errors import AudioError
from mir.listen import Heard, listen, listen_at, listen_clip, listen_with_all
from mir.passages import plan_spans

RATE = 16_000
EAR = StubEmbedder()


def _tone(seconds: float, hertz: float = 440.0) -> np.ndarray:
    t = np.arange(int(seconds * RATE)) / RATE
    return (0.3 * np.sin(2 * np.pi * hertz * t)).astype(np.float32)


def heard_clip(source: Source) -> Heard:
    return listen_clip(read_clip(source, [RATE], 600), EAR)


def _wav(folder: Path, samples: np.ndarray) -> Path:
    path = folder / "sound.wav"
    soundfile.write(path, samples, RATE)
    return path


@given(st.floats(0.01, 40_000))
def test_a_plan_stays_inside_and_never_exceeds_three_passages(seconds: float) -> None:
    spans = plan_spans(seconds)
    assert spans[0].start >= 0
    assert spans[-1].start + spans[-1].seconds <= seconds + 1e-6
    assert all(0 < span.seconds <= 18 + 1e-6 for span in spans)
    assert all(a.start + a.seconds <= b.start + 1e-6 for a, b in pairwise(spans))
    assert sum(span.seconds for span in spans) == pytest.approx(min(seconds, 54), rel=1e-6)


def test_plans_of_a_long_a_short_and_an_unknown_file() -> None:
    assert plan_spans(240) == [Span(31, 18), Span(111, 18), Span(191, 18)]
    assert plan_spans(30) == [Span(0, 15), Span(15, 15)]
    assert plan_spans(None) == plan_spans(54) == [Span(0, 18), Span(18, 18), Span(36, 18)]


def test_a_long_file_is_heard_at_three_places(tmp_path: Path) -> None:
    parts = [_tone(30, hertz) for hertz in (220, 440, 880)]
    heard = listen(_wav(tmp_path, np.concatenate(parts)), EAR)
    assert heard.seconds == pytest.approx(90, abs=0.01)
    assert heard.hearing.passages.shape[0] == 3
    assert heard.info.container == "wav"
    together = heard.hearing.passages @ heard.hearing.passages.T
    assert together.min() < 0.999  # three places, three sounds


def test_a_short_file_is_heard_whole(tmp_path: Path) -> None:
    heard = listen(_wav(tmp_path, _tone(45)), EAR)
    assert heard.seconds == pytest.approx(45, abs=0.01)
    assert heard.hearing.passages.shape[0] == 3
    assert heard.descriptors.loudness is not None


def test_a_file_and_its_bytes_are_heard_alike(tmp_path: Path) -> None:
    path = _wav(tmp_path, _tone(10))
    file, clip = listen(path, EAR), heard_clip(path.read_bytes())
    np.testing.assert_allclose(clip.hearing.vector, file.hearing.vector, atol=1e-5)
    assert clip.descriptors == file.descriptors
    assert clip.seconds == pytest.approx(10, abs=0.01)


def test_a_clip_is_heard_whole(tmp_path: Path) -> None:
    heard = heard_clip(_wav(tmp_path, _tone(130)))
    assert heard.hearing.passages.shape[0] == 8
    assert heard.seconds == pytest.approx(130, abs=0.01)


@pytest.mark.parametrize("samples", [1, 100, RATE - 1])
def test_less_than_a_second_is_refused(tmp_path: Path, samples: int) -> None:
    path = _wav(tmp_path, _tone(2)[:samples])
    with pytest.raises(AudioError, match="at least one second"):
        listen(path, EAR)
    with pytest.raises(AudioError, match=r"the clip.*at least one second"):
        heard_clip(path.read_bytes())


def test_silence_is_heard(tmp_path: Path) -> None:
    heard = listen(_wav(tmp_path, np.zeros(5 * RATE, np.float32)), EAR)
    assert heard.descriptors.loudness is None
    assert heard.descriptors.tempo is None
    assert heard.seconds == pytest.approx(5, abs=0.01)


def test_a_silent_clip_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match=r"sound\.wav is silent"):
        heard_clip(_wav(tmp_path, np.zeros(3 * RATE, np.float32)))


def test_a_file_is_heard_from_end_to_end_when_that_is_asked_for(tmp_path: Path) -> None:
    sound = np.concatenate([_tone(50, 220), _tone(30, 3000)])
    path = _wav(tmp_path, sound)
    (heard,) = listen_with_all(path, [EAR], thorough=True)
    assert heard.hearing.thorough
    assert heard.seconds == pytest.approx(80, abs=0.01)
    assert len(heard.hearing.passages) == 5  # equal ones of 16 seconds
    low = listen(_wav(tmp_path, _tone(16, 220)), EAR).hearing.vector
    nearness = heard.hearing.passages @ low
    assert nearness[:3].min() > 0.999
    assert nearness[4] < 0.99
    (short,) = listen_with_all(_wav(tmp_path, sound[: 45 * RATE]), [EAR], thorough=True)
    assert short.hearing.thorough
    assert not listen(path, EAR).hearing.thorough


def test_hearing_it_all_holds_a_bounded_number_of_passages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "DESCRIBED_PASSAGES", 3)
    described: list[int] = []

    def describe(excerpts: list[np.ndarray], *rest: object) -> Descriptors:
        described.append(len(excerpts))
        return Descriptors()

    monkeypatch.setattr(listening, "describe", describe)
    (heard,) = listen_with_all(_wav(tmp_path, _tone(170)), [EAR], thorough=True)
    assert len(heard.hearing.passages) == 10
    assert described == [3]  # the first, the fifth and the ninth


def test_hearing_it_all_refuses_what_is_too_short(monkeypatch: pytest.MonkeyPatch) -> None:
    info = listening.AudioInfo(None, RATE, 1, "mp3", "mp3", None)
    monkeypatch.setattr(listening, "probe", lambda source: info)
    monkeypatch.setattr(listening, "read_on", lambda *_: iter([Excerpt(0.0, _tone(0.5))]))
    with pytest.raises(AudioError, match="too short"):
        listen_with_all(b"", [EAR], thorough=True)


def test_hearing_it_all_goes_on_behind_a_damaged_start(monkeypatch: pytest.MonkeyPatch) -> None:
    info = listening.AudioInfo(60.0, RATE, 1, "mp3", "mp3", None)
    monkeypatch.setattr(listening, "probe", lambda source: info)
    stretches = [Excerpt(0.0, _tone(0.5)), Excerpt(15.0, _tone(15)), Excerpt(30.0, _tone(15))]
    monkeypatch.setattr(listening, "read_on", lambda *_: iter(stretches))
    (heard,) = listen_with_all(b"", [EAR], thorough=True)
    assert len(heard.hearing.passages) == 3
    assert heard.seconds == pytest.approx(45)


class _Liar:
    """A source whose header claims `claimed` seconds, and that holds `real` of them."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, claimed: float | None, real: float, seekable: bool
    ) -> None:
        self.sound, self.seekable = _tone(real), seekable
        info = listening.AudioInfo(claimed, RATE, 1, "mp3", "mp3", None)
        monkeypatch.setattr(listening, "probe", lambda source: info)
        monkeypatch.setattr(listening, "read_spans", self.read_spans)
        monkeypatch.setattr(listening, "read_start", self.read_start)

    def _cut(self, span: Span) -> np.ndarray:
        return self.sound[int(span.start * RATE) : int((span.start + span.seconds) * RATE)]

    def read_spans(self, source: object, spans: list[Span], rate: int) -> list[Excerpt]:
        found = [Excerpt(span.start, self._cut(span)) for span in spans] if self.seekable else []
        return [each for each in found if len(each.samples)]

    def read_start(self, source: object, rate: int, max_seconds: float) -> Excerpt:
        return Excerpt(0.0, self._cut(Span(0.0, max_seconds)))


@pytest.mark.parametrize(
    ("claimed", "real", "seekable", "seconds", "passages"),
    [
        (240.0, 240.0, False, 54.0, 3),  # seeks fail: the start is heard
        (600.0, 200.0, True, 109.0, 3),  # one place of three is there: the start tells more
        (300.0, 200.0, True, 159.0, 2),  # two of three are there: enough
        (None, 90.0, True, 54.0, 3),  # no claim: the start
        (36_000.0, 3.0, True, 3.0, 1),  # ten hours, it says
        (5.0, 200.0, True, 54.0, 3),  # a header that says too little
    ],
)
def test_a_header_that_lies_does_no_harm(
    monkeypatch: pytest.MonkeyPatch,
    claimed: float | None,
    real: float,
    seekable: bool,
    seconds: float,
    passages: int,
) -> None:
    _Liar(monkeypatch, claimed, real, seekable)
    heard = listen(b"", EAR)
    assert heard.hearing.passages.shape[0] == passages
    assert heard.seconds == pytest.approx(seconds, abs=0.1)


def test_a_stretch_is_heard_alone(tmp_path: Path) -> None:
    low, high = _tone(30.0, 220.0), _tone(30.0, 3000.0)
    path = _wav(tmp_path, np.concatenate([low, high]))

    heard = listen_at(path, Span(35.0, 22.0), EAR)

    assert heard.seconds == pytest.approx(22.0, abs=0.01)
    assert len(heard.hearing.passages) == 2  # of up to 18 seconds
    alone = listen(_wav(tmp_path, high), EAR)
    assert heard.hearing.vector @ alone.hearing.vector > 0.999
    assert heard.hearing.vector @ listen(_wav(tmp_path, low), EAR).hearing.vector < 0.99


def test_a_stretch_behind_the_end_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AudioError, match="too short"):
        listen_at(_wav(tmp_path, _tone(3.0)), Span(10.0, 5.0), EAR)
