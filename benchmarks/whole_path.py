"""The whole path on real music: index a library of every format, then ask it in every way.

    python benchmarks/whole_path.py FOLDER [--tracks 200] [--jobs 2]

Takes tracks out of FOLDER, transcodes some of them into every format, and goes the four
journeys as a user does, by the command line and over HTTP, in a home of its own: index the
library; search by clips; ask for what is similar and what comes next; use the API. Prints what
happened with counts and times; exit status 1 says that something did not go as it should.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mixed_library import Mixed, lay_out
from transcoding import FORMATS, encode, read_stereo

SEED = 1
MIR = [sys.executable, "-c", "from indexer.cli import main; main()"]
"""How the command line is started: as the installed `mir` does it, with this interpreter."""


@dataclass(slots=True)
class Log:
    """What happened, step by step."""

    failed: list[str] = field(default_factory=list)
    since: float = field(default_factory=time.perf_counter)

    def step(self, name: str, right: bool, what: str) -> None:
        """Print a step with the seconds since the one before, and remember it if it went wrong."""
        now = time.perf_counter()
        mark = "ok   " if right else "WRONG"
        print(f"{mark} {now - self.since:7.1f} s  {name}: {what}", flush=True)
        self.since = now
        if not right:
            self.failed.append(name)


def main() -> int:
    """Run it all; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tracks", type=int, default=200)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    given = parser.parse_args()
    log = Log()
    with tempfile.TemporaryDirectory(prefix="mir-whole-path-") as temporary:
        library, home = Path(temporary, "library"), Path(temporary, "home")
        mixed = lay_out(given.folder, library, given.tracks, SEED)
        formats = ", ".join(f"{n} {suffix}" for suffix, n in sorted(mixed.formats.items()))
        log.step("library", set(FORMATS) <= set(mixed.formats), f"{given.tracks} tracks: {formats}")
        index(log, library, home, given.tracks, given.jobs)
        search(log, mixed, home)
        go_on(log, home)
        with served(log, home) as url:
            over_http(log, mixed, url)
    print("All went well." if not log.failed else f"Went wrong: {', '.join(log.failed)}")
    return int(bool(log.failed))


def index(log: Log, library: Path, home: Path, count: int, jobs: int) -> None:
    """First journey: index the library, and once more with nothing to do."""
    report = mir(home, "index", str(library), "--jobs", str(jobs))
    # The same sound twice in the library is one track at two places.
    done = report["added"] + report["moved"]
    rate = report["seconds_of_music"] / report["wall_seconds"]
    what = (
        f"{report['added']} tracks, {report['moved']} more places, {report['failed']} failed; "
        f"{report['seconds_of_music'] / 3600:.1f} h of music, {rate:.0f} x real time"
    )
    log.step("index", done == count and report["failed"] == 0, what)
    again = mir(home, "index", str(library))
    log.step("index again", again["unchanged"] == count, f"{again['unchanged']} unchanged")
    status = mir(home, "status")
    right = status["tracks"] == status["indexed"] == report["added"] and status["failures"] == 0
    log.step("status", right, f"{status['tracks']} tracks, {status['indexed']} in the index")


def search(log: Log, mixed: Mixed, home: Path) -> None:
    """Second journey: ten seconds out of one transcoded track of each format find it again."""
    found, asked = 0, 0
    with tempfile.TemporaryDirectory() as temporary:
        for copy in _one_of_each(mixed):
            clip = Path(temporary, "clip.mp3")
            clip.write_bytes(_clip(mixed.transcoded[copy], "mp3"))
            hits = mir(home, "search", str(clip), "--count", "10")["hits"]
            asked += 1
            found += any(str(copy) in hit["track"]["files"] for hit in hits)
    what = f"{found} of {asked} tracks, one a format, are among the first ten for a clip of theirs"
    log.step("search", found >= 0.7 * asked, what)


def go_on(log: Log, home: Path) -> None:
    """Third journey: what is similar to a track, and what comes next."""
    tracks = mir(home, "tracks", "--limit", "5")["tracks"]
    seeds = [str(track["id"]) for track in tracks]
    hits = [hit["track"]["id"] for hit in mir(home, "similar", seeds[0], "--count", "10")["hits"]]
    right = len(set(hits)) == 10 and int(seeds[0]) not in hits
    log.step("similar", right, f"{len(hits)} tracks near {tracks[0]['title']!r}")
    genre = mir(home, "genres")["genres"][0]
    hits = mir(home, "similar", seeds[0], "--genre", genre["name"], "--count", "10")["hits"]
    wanted = min(10, genre["tracks"] - 1)
    log.step("filter", len(hits) >= wanted, f"{len(hits)} of them are {genre['name']}")
    hits = [hit["track"]["id"] for hit in mir(home, "next", *seeds[:3], "--count", "20")["hits"]]
    right = len(set(hits)) == 20 and not set(hits) & set(map(int, seeds[:3]))
    log.step("next", right, f"{len(hits)} tracks to play after three")


def over_http(log: Log, mixed: Mixed, url: str) -> None:
    """Fourth journey: the API and the pages."""
    api = f"{url}/api/v1"
    log.step("GET /health", get(f"{api}/health")["status"] == "ok", "ok")
    page = get(f"{api}/tracks?limit=200")
    log.step("GET /tracks", len(page["tracks"]) == min(200, page["total"]), f"{page['total']}")
    genres = get(f"{api}/genres")["genres"]
    log.step("GET /genres", bool(genres), f"{len(genres)}, most of all {genres[0]['name']}")
    first = page["tracks"][0]
    here = f"{api}/tracks/{first['id']}"
    log.step("GET /tracks/{id}", get(here)["id"] == first["id"], first["title"])
    hits = get(f"{here}/similar?count=10")["hits"]
    log.step("GET similar", len(hits) == 10, f"nearest is {hits[0]['track']['title']!r}")
    request = urllib.request.Request(f"{here}/audio", headers={"Range": "bytes=0-999"})
    with urllib.request.urlopen(request) as answer:
        length = len(answer.read())
        log.step("GET audio", answer.status == 206 and length == 1000, f"{length} bytes, 206")
    hits = get(f"{api}/recommendations?seed={first['id']}&count=15")["hits"]
    log.step("GET recommendations", len(hits) == 15, f"{len(hits)} tracks")
    found = 0
    copies = _one_of_each(mixed)
    for copy, suffix in zip(copies, FORMATS, strict=True):
        clip = _clip(mixed.transcoded[copy], suffix)
        answer = post(f"{api}/search", clip, f"clip.{suffix}")
        found += any(str(copy) in hit["track"]["files"] for hit in answer["hits"])
    what = f"{found} of {len(copies)} clips, one a format, found their track among the first ten"
    log.step("POST /search", found >= 0.7 * len(copies), what)
    heard = post(f"{api}/classify", clip, "clip")
    log.step("POST /classify", bool(heard["genres"]), heard["genres"][0]["name"])
    for path in ("/", "/browse", "/library", f"/tracks/{first['id']}", "/api/v1/openapi.json"):
        with urllib.request.urlopen(url + path) as answer:
            log.step(f"GET {path}", answer.status == 200, f"{len(answer.read())} bytes")


def mir(home: Path, *arguments: str) -> Any:
    """Run a command of mir on that home and return the JSON that it prints."""
    command = [*MIR, *arguments, "--home", str(home), "--json"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        raise SystemExit(f"mir {' '.join(arguments)} failed:\n{result.stderr}")
    return json.loads(result.stdout)


@contextmanager
def served(log: Log, home: Path) -> Iterator[str]:
    """Run `mir serve` on a free port; the value is its address."""
    command = [*MIR, "serve", "--home", str(home)]
    environment = os.environ | {"MIR_PORT": "0", "PYTHONUNBUFFERED": "1"}
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    try:
        assert server.stdout is not None
        line = server.stdout.readline()
        address = re.search(r"http://[\w.:\[\]]+\d", line)
        if address is None:
            raise SystemExit(f"mir serve did not say where it answers but {line!r}")
        url = address.group().rstrip("/")
        log.step("serve", True, f"answers on {url}")
        yield url
        server.terminate()
        status = server.wait(60)
        log.step("stop", status == 0, f"the server ended with status {status}")
    finally:
        server.kill()
        server.wait()


def get(url: str) -> Any:
    """GET JSON."""
    with urllib.request.urlopen(url) as answer:
        return json.load(answer)


def post(url: str, clip: bytes, name: str) -> Any:
    """POST a clip as a form of several parts, asking for ten, and return the JSON."""
    border = uuid.uuid4().hex
    head = f'--{border}\r\nContent-Disposition: form-data; name="clip"; filename="{name}"\r\n\r\n'
    body = head.encode() + clip + b"\r\n"
    if url.endswith("/search"):
        body += f'--{border}\r\nContent-Disposition: form-data; name="count"\r\n\r\n10\r\n'.encode()
    body += f"--{border}--\r\n".encode()
    headers = {"Content-Type": f"multipart/form-data; boundary={border}"}
    with urllib.request.urlopen(urllib.request.Request(url, body, headers)) as answer:
        return json.load(answer)


def _one_of_each(mixed: Mixed) -> list[Path]:
    return [next(c for c in mixed.transcoded if c.parent.name == suffix) for suffix in FORMATS]


def _clip(original: Path, suffix: str) -> bytes:
    """Ten seconds out of the part of a transcoded track that is there whatever its length."""
    samples = read_stereo(original, 0, 20)
    return encode(samples[len(samples) // 4 : len(samples) * 3 // 4], suffix, None)


if __name__ == "__main__":
    sys.exit(main())
