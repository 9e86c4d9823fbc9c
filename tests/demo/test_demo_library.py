"""The demo library: it plays, it is small, and every file is credited under a free licence."""

import re
from pathlib import Path

import pytest

from mir.audio.decode import probe, read_start
from mir.audio.tags import read_tags
from mir.demo import credits_file, demo_folder

FILES = sorted(demo_folder().iterdir())
LICENCES = {
    "CC BY 3.0": "https://creativecommons.org/licenses/by/3.0/",
    "CC BY 4.0": "https://creativecommons.org/licenses/by/4.0/",
    "CC0 1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
}
ROW = re.compile(r"^\| `([^`]+)` \| ([^|]+) \| ([^|]+) \| (CC[^|]+) \| ([^|]+) \|$", re.MULTILINE)
CREDITS = {
    name: {"title": title, "author": author, "licence": licence, "source": source}
    for name, title, author, licence, source in ROW.findall(credits_file().read_text("utf-8"))
}


def test_it_has_many_files_in_several_formats_and_stays_small() -> None:
    assert 20 <= len(FILES) <= 30
    assert {file.suffix for file in FILES} == {".mp3", ".m4a", ".ogg", ".opus"}
    assert sum(file.stat().st_size for file in FILES) < 6_000_000


def test_the_credits_name_each_file_once_and_no_other() -> None:
    assert sorted(CREDITS) == [file.name for file in FILES]
    assert all(row["licence"] in LICENCES for row in CREDITS.values())
    assert all("http" in row["source"] for row in CREDITS.values())


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_its_sound_and_its_tags_are_whole(file: Path) -> None:
    assert probe(file).seconds == pytest.approx(20, abs=0.2)
    samples = read_start(file, 16_000, 60.0).samples
    assert len(samples) / 16_000 == pytest.approx(20, abs=0.2)
    assert 0.01 < float((samples**2).mean()) ** 0.5 < 0.7

    tags, credit = read_tags(file), CREDITS[file.name]
    assert tags.title == credit["title"]
    assert tags.artists == (credit["author"],)
    assert tags.album
    assert tags.licence == LICENCES[credit["licence"]]
    assert tags.copyright is not None
    assert credit["author"] in tags.copyright
