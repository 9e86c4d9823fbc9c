"""Every curl line of the documentation is run, by curl itself, against a real server."""

import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from made_up_library import made_up, stored, unit_vectors
from small_library import song, write_audio

from mir.accounts import keys, people
from mir.catalogue import files
from mir.engine import Engine
from mir.run_note import LastRun
from tests.felt_library import felt
from tests.web.asking import NOW, open_library
from tests.web.locked import CHEAP, PASSWORD
from web.serve import start

ROOT = Path(__file__).parents[1]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
_FENCED = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
TRACKS = 60  # the examples name tracks up to 57


def examples(page: Path) -> list[str]:
    """The curl lines in a page's fenced shell code, those that go on in the next line joined."""
    blocks = _FENCED.findall(page.read_text(encoding="utf-8"))
    lines = "\n".join(blocks).replace("\\\n", " ").splitlines()
    return [line.strip() for line in lines if line.lstrip().startswith("curl ")]


EXAMPLES = [(page.name, line) for page in PAGES for line in examples(page)]


@dataclass(slots=True)
class NoRuns:
    """Says that it has begun a run, and begins none."""

    last: LastRun | None = None
    going_on: bool = False

    def start(self) -> bool:
        return True


@dataclass(frozen=True, slots=True)
class Place:
    """A served library, and the folder in which the examples are typed."""

    engine: Engine
    url: str
    folder: Path

    def run(self, line: str) -> tuple[int, str]:
        """Type that line; the exit status of curl and the status of the answer."""
        for said, meant in (
            ("http://127.0.0.1:8080", self.url),
            ("/srv/music", str(self.folder / "before")),
            ("mir_…", self.key() if "mir_…" in line else ""),
            ("a long password", PASSWORD),
        ):
            line = line.replace(said, meant)
        _, *arguments = shlex.split(line, comments=True)
        asked = ["curl", "-sS", "-o", "answer", "-w", "%{http_code}", *arguments]
        done = subprocess.run(asked, cwd=self.folder, capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout + done.stderr

    def key(self) -> str:
        """A key for all there is, of an account that is made for it."""
        with self.engine.catalogue.session() as session:
            user = people.create(session, "ann", PASSWORD, NOW, CHEAP, "admin")
            return keys.make(session, user, "the examples", "admin", NOW).secret


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with open_library(tmp_path / "home") as engine:
        vectors = enumerate(unit_vectors(TRACKS))
        stored(engine, [felt(made_up(n, vector), n / TRACKS, 0.5) for n, vector in vectors])
        with engine.catalogue.session() as session:
            (tmp_path / "before").mkdir()
            files.add_root(session, tmp_path / "before")
        engine.refresh_index()
        for name in ("clip.mp3", "song.mp3"):
            write_audio(tmp_path / name, song(1, 3.0, 22_050), 22_050)
        server = start(engine, NoRuns())
        yield Place(engine, server.url, tmp_path)
        server.stop()


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 10
    assert {"README.md", "api.md", "security.md"} <= {name for name, _ in EXAMPLES}
    assert shutil.which("curl"), "install curl, as tests/run does"


@pytest.mark.parametrize(("page", "line"), EXAMPLES)
def test_an_example_does_what_it_shows(place: Place, page: str, line: str) -> None:
    code, status = place.run(line)
    answer = place.folder / "answer"
    said = answer.read_text(encoding="utf-8", errors="replace") if answer.exists() else ""
    assert (code, status[:1]) == (0, "2"), (line, status, said)


def test_an_example_that_fails_would_be_noticed(place: Place) -> None:
    assert place.run("curl http://127.0.0.1:8080/api/v1/no") == (0, "404")
    assert place.run("curl http://127.0.0.1:1/")[0] != 0
