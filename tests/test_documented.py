import re
from pathlib import Path

import click
import pytest

from indexer.cli import COMMANDS, cli
from indexer.commands.reference import reference
from mir.engine import open_engine
from mir.settings import SETTINGS, Setting, load_settings
from tests.indexer.stub_ear import StubEar

DOCS = Path(__file__).parent.parent / "docs"


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def commands() -> list[tuple[str, click.Command]]:
    context = click.Context(cli, info_name="mir")
    found: list[tuple[str, click.Command]] = []
    for name in COMMANDS:
        command = cli.get_command(context, name)
        assert command is not None
        found.append((f"mir {name}", command))
        if isinstance(command, click.Group):
            found += [(f"mir {name} {inner}", each) for inner, each in command.commands.items()]
    return found


def section(text: str, heading: str) -> str:
    return text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def test_the_command_line_page_is_what_the_commands_say() -> None:
    assert page("cli.md") == reference(), (
        "docs/cli.md is out of date: python -m indexer.commands.reference > docs/cli.md"
    )


@pytest.mark.parametrize(("name", "command"), commands(), ids=[name for name, _ in commands()])
def test_every_command_and_option_is_explained(name: str, command: click.Command) -> None:
    assert command.help, f"{name} says nothing of itself"
    told = section(page("cli.md"), name)
    assert told, f"{name} has no section in docs/cli.md"
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{name} {parameter.opts[0]} has no help"
            assert re.search(rf"`{parameter.opts[0]}\b", told), f"{name} {parameter.opts[0]}"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_prints_json_on_request(name: str) -> None:
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    inner = command.commands.values() if isinstance(command, click.Group) else (command,)
    for each in inner:
        assert any("--json" in parameter.opts for parameter in each.params), each.name


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.variable)
def test_every_setting_is_explained(setting: Setting) -> None:
    text = page("settings.md")
    row = next((line for line in text.splitlines() if f"| `{setting.variable}` |" in line), "")
    assert setting.meaning in row
    assert setting.default in row


def test_every_route_of_the_api_is_explained(tmp_path: Path) -> None:
    from web.app import create_app

    text = page("api.md")
    with open_engine(load_settings({}, home=tmp_path), embedder=StubEar()) as engine:
        rules = list(create_app(engine).url_map.iter_rules())
    api = [rule for rule in rules if rule.rule.startswith("/api/v1")]
    assert len(api) >= 10
    for rule in api:
        short = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule).removeprefix("/api/v1")
        alike = re.sub(r"\{\w+\}", "{id}", short)
        told = short in text or alike in text
        assert told, f"{rule.rule} is not in docs/api.md"


def test_a_missing_section_would_be_noticed() -> None:
    assert section(page("cli.md"), "mir dance") == ""
