"""The unit for systemd and the container file say what the program understands, and it obeys."""

import configparser
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import click
import pytest

from indexer.cli import cli
from mir.settings import SETTINGS

ROOT = Path(__file__).parents[2]
UNIT = ROOT / "docs/service/mir.service"
CONTAINER = ROOT / "docs/service/Containerfile"
PATIENCE = 60.0  # seconds for a server to start


def unit() -> dict[str, list[str]]:
    """The values of each key of the section that says how the service runs."""
    values: dict[str, list[str]] = {}
    parser = configparser.RawConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(UNIT.read_text())
    assert set(parser.sections()) == {"Unit", "Service", "Install"}
    for line in UNIT.read_text().partition("[Service]")[2].partition("[Install]")[0].splitlines():
        key, sign, value = line.partition("=")
        if sign and not line.startswith("#"):
            values.setdefault(key, []).append(value)
    return values


def instructions() -> list[tuple[str, str]]:
    """(instruction, the rest) of each line of the container file."""
    lines = [line for line in CONTAINER.read_text().splitlines() if line and line[0] != "#"]
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in lines)]


def understood(arguments: list[str]) -> None:
    """Fail unless the command line has such a command and such arguments."""
    context = click.Context(cli)
    command = cli.get_command(context, arguments[0])
    assert command is not None
    command.make_context(arguments[0], arguments[1:], resilient_parsing=False)


def test_the_unit_runs_a_command_that_is_there_with_settings_that_are() -> None:
    said = unit()
    (start,) = said["ExecStart"]
    program, *arguments = shlex.split(start)
    assert Path(program).name == "mir"
    understood(arguments)
    variables = {line.partition("=")[0] for line in said["Environment"]}
    assert variables <= {setting.variable for setting in SETTINGS}


def test_systemd_itself_finds_nothing_wrong_with_the_unit(tmp_path: Path) -> None:
    copy = tmp_path / "mir.service"
    told = UNIT.read_text().replace("/opt/mir/bin/mir", sys.executable)
    copy.write_text(told.replace("User=mir\n", ""))  # a user whom this machine lacks
    checked = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", copy], capture_output=True, text=True, check=False
    )
    ours = [line for line in checked.stderr.splitlines() if "mir.service" in line]
    assert ours == []


def test_the_image_is_made_of_what_is_there_and_runs_a_command_that_is() -> None:
    for word, rest in instructions():
        if word == "COPY":
            *sources, _ = rest.split()
            assert all((ROOT / source).exists() for source in sources)
    named = dict(instructions())
    assert json.loads(named["ENTRYPOINT"]) == ["mir"]
    arguments = json.loads(named["CMD"])
    understood([arguments[0], str(ROOT)])
    variables = re.findall(r"(\w+)=", named["ENV"])
    assert set(variables) <= {setting.variable for setting in SETTINGS}


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_a_server_under_the_unit_answers_writes_lines_and_ends_when_told(
    tmp_path: Path, free_port: int, ending: signal.Signals
) -> None:
    said = unit()
    own = dict(line.split("=", 1) for line in said["Environment"])
    own |= {"MIR_HOME": str(tmp_path / "home"), "MIR_PORT": str(free_port)}
    command = "from indexer.cli import main; main()"
    arguments = shlex.split(said["ExecStart"][0])[1:]
    with (tmp_path / "lines").open("w") as lines:
        server = subprocess.Popen(
            [sys.executable, "-c", command, *arguments],
            cwd=ROOT, env=os.environ | own, stderr=lines, stdout=subprocess.DEVNULL,
        )  # fmt: skip
    try:
        assert _asked(f"http://127.0.0.1:{free_port}/health/ready")["status"] == "ok"
    finally:
        server.send_signal(ending)
        status = server.wait(timeout=30)
    assert status == 0
    told = [json.loads(line) for line in (tmp_path / "lines").read_text().splitlines()]
    assert [(each["path"], each["status"]) for each in told] == [("/health/ready", 200)]


def _asked(address: str) -> dict[str, object]:
    begun = time.monotonic()
    while True:
        try:
            with urllib.request.urlopen(address) as answer:
                found: dict[str, object] = json.load(answer)
                return found
        except OSError:
            assert time.monotonic() - begun < PATIENCE, "the server does not come up"
            time.sleep(0.1)
