"""A file of hours is analysed in the memory that one of minutes needs."""

from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
import soundfile
from small_library import song, write_audio

from indexer import pool
from indexer.analyse import MakeAnalyser
from indexer.pool import Done, Lost, Tick
from mir.analysis import Analysis
from tests.indexer.stub_ear import StubEar

HOURS = 1
RATE = 44_100
MEMORY = 400 << 20  # bytes; the whole file, decoded, would need half as much again


def repeated_mp3(path: Path) -> None:
    """Half a minute of frames, over and over."""
    write_audio(path, song(1, 30.0, RATE), RATE, bit_rate=32_000)
    path.write_bytes(path.read_bytes() * (HOURS * 120))


def repeated_m4a(path: Path) -> None:
    """Half a minute of packets, over and over, in one container."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=RATE, layout="mono")
        stream.bit_rate = 32_000
        samples = np.ascontiguousarray(song(1, 30.0, RATE)[:, 0][None], dtype=np.float32)
        frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout="mono")
        frame.sample_rate = RATE
        frame.pts = 0
        packets = [(bytes(packet), packet.duration) for packet in stream.encode(frame)]
        at = 0
        for _ in range(HOURS * 120):
            for content, duration in packets:
                packet = av.Packet(content)
                packet.stream, packet.pts, packet.dts = stream, at, at
                packet.duration = duration
                at += duration
                container.mux(packet)


def silent_flac(path: Path) -> None:
    """Silence with a beginning."""
    with soundfile.SoundFile(path, "w", RATE, 1, "PCM_16") as file:
        file.write(song(1, 30.0, RATE)[:, 0])
        for _ in range(HOURS * 60):
            file.write(np.zeros(60 * RATE, np.int16))


@pytest.mark.parametrize(
    ("name", "write"),
    [("long.mp3", repeated_mp3), ("long.m4a", repeated_m4a), ("long.flac", silent_flac)],
)
def test_hours_need_no_more_memory_than_minutes(
    tmp_path: Path, name: str, write: Callable[[Path], None]
) -> None:
    path = tmp_path / name
    write(path)
    make_work = MakeAnalyser((StubEar,))
    answers = pool.run([path], make_work, jobs=1, seconds_each=300.0, memory_each=MEMORY)
    (answer,) = [each for each in answers if not isinstance(each, Tick)]
    assert not isinstance(answer, Lost), answer.cause
    assert isinstance(answer, Done)
    assert isinstance(answer.value, Analysis), answer.value
    assert answer.value.seconds == pytest.approx(HOURS * 3600, rel=0.02)
