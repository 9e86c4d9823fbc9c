"""Settings are checked before anything opens, and say what is wrong and what to do."""

import os
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from mir.errors import SettingsError
from mir.settings import SETTINGS, Settings, load_settings


def test_what_is_not_set_has_its_default(tmp_path: Path) -> None:
    settings = load_settings({}, home=tmp_path)
    assert settings.home == tmp_path
    assert settings.database_url == f"sqlite:///{tmp_path}/catalogue.db"
    assert (settings.host, settings.port) == ("127.0.0.1", 8080)
    assert 1 <= settings.jobs <= 8
    assert settings.model is None
    assert settings.max_upload_bytes == 64 * 1024 * 1024
    assert (settings.max_memory_bytes, settings.nice, settings.seconds_each) == (2**30, 0, 300.0)
    assert settings.max_clip_seconds == 600.0
    assert settings.index_dir == tmp_path / "index"


def test_the_default_home_is_in_the_users_data_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platformdirs.user_data_dir", lambda name: f"/tmp/data/{name}")
    assert load_settings({}).home == Path("/tmp/data/mir")
    assert load_settings({"MIR_HOME": " "}).home == Path("/tmp/data/mir")


def test_every_variable_is_read(tmp_path: Path) -> None:
    model = tmp_path / "model.onnx"
    model.touch()
    environ = {
        "MIR_HOME": str(tmp_path / "new" / "home"),
        "MIR_DATABASE_URL": "postgresql://me:secret@host/music",
        "MIR_HOST": "0.0.0.0",
        "MIR_PORT": " 9000 ",
        "MIR_ALLOWED_HOSTS": "Music.example.org, nas",
        "MIR_TRUSTED_PROXIES": "2",
        "MIR_JOBS": "3",
        "MIR_THOROUGH": "Yes",
        "MIR_MAX_MEMORY_MB": "800.5",
        "MIR_NICE": "19",
        "MIR_SECONDS_EACH": "1.5",
        "MIR_MODEL": str(model),
        "MIR_MAX_UPLOAD_MB": "1.5",
        "MIR_MAX_CLIP_SECONDS": "30",
        "MIR_LOG_REQUESTS": "1",
    }
    assert load_settings(environ) == Settings(
        home=tmp_path / "new" / "home",
        database_url="postgresql://me:secret@host/music",
        host="0.0.0.0",
        port=9000,
        allowed_hosts=("music.example.org", "nas"),
        trusted_proxies=2,
        jobs=3,
        thorough=True,
        max_memory_bytes=1024 * 1024 * 1601 // 2,
        nice=19,
        seconds_each=1.5,
        model=model,
        max_upload_bytes=1024 * 1024 * 3 // 2,
        max_clip_seconds=30.0,
        log_requests=True,
    )
    assert not (tmp_path / "new").exists()
    assert environ.keys() == {setting.variable for setting in SETTINGS}


def test_every_field_is_documented() -> None:
    assert [setting.field for setting in SETTINGS] == [f.name for f in fields(Settings)]
    assert all(setting.meaning.endswith(".") and setting.default for setting in SETTINGS)


def test_an_option_beats_the_environment_and_none_does_not(tmp_path: Path) -> None:
    environ = {"MIR_HOME": "/nowhere", "MIR_PORT": "bad", "MIR_JOBS": "2"}
    settings = load_settings(environ, home=tmp_path, port=1, jobs=None, host=None)
    assert (settings.home, settings.port, settings.jobs) == (tmp_path, 1, 2)
    with pytest.raises(TypeError, match="no colour"):
        load_settings({}, home=tmp_path, colour="red")


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("MIR_PORT", "http", "MIR_PORT .* is 'http'; write a whole number from 0 to 65535"),
        ("MIR_PORT", "65536", "MIR_PORT"),
        ("MIR_PORT", "-1", "MIR_PORT"),
        ("MIR_JOBS", "0", "MIR_JOBS .* is '0'; write a whole number from 1"),
        ("MIR_JOBS", "1.5", "MIR_JOBS"),
        ("MIR_THOROUGH", "maybe", "MIR_THOROUGH .* is 'maybe'; write 1 or 0"),
        ("MIR_MAX_MEMORY_MB", "399", "MIR_MAX_MEMORY_MB .* a worker 399 MiB; write at least 400"),
        ("MIR_MAX_MEMORY_MB", "2G", "MIR_MAX_MEMORY_MB is '2G'; write a number of MiB"),
        ("MIR_NICE", "20", "MIR_NICE .* is '20'; write a whole number from 0 to 19"),
        ("MIR_NICE", "-1", "MIR_NICE"),
        ("MIR_SECONDS_EACH", "0", "MIR_SECONDS_EACH .* is '0'; write seconds from 1"),
        ("MIR_HOST", "my host", "MIR_HOST .* is 'my host'"),
        ("MIR_HOST", "http://here", "MIR_HOST"),
        ("MIR_MODEL", "/no/such/model", "/no/such/model is not there; correct MIR_MODEL"),
        ("MIR_MAX_UPLOAD_MB", "0", "MIR_MAX_UPLOAD_MB is '0'"),
        ("MIR_MAX_UPLOAD_MB", "lots", "MIR_MAX_UPLOAD_MB is 'lots'"),
        ("MIR_MAX_UPLOAD_MB", "nan", "MIR_MAX_UPLOAD_MB is 'nan'"),
        ("MIR_MAX_UPLOAD_MB", "inf", "MIR_MAX_UPLOAD_MB is 'inf'"),
        ("MIR_MAX_CLIP_SECONDS", "0.5", "MIR_MAX_CLIP_SECONDS .* is '0.5'"),
        ("MIR_MAX_CLIP_SECONDS", "nan", "MIR_MAX_CLIP_SECONDS"),
        ("MIR_DATABASE_URL", "music.db", "MIR_DATABASE_URL .* has no scheme"),
        ("MIR_DATABASE_URL", "mysql://me:secret@host/x", "begins with 'mysql'"),
        ("MIR_HOME", "/tmp/what?", "has a '\\?' in it"),
        ("MIR_HOME", "~nobody-of-that-name/x", "does not exist"),
    ],
)
def test_a_bad_value_is_named_with_a_remedy(
    tmp_path: Path, variable: str, value: str, said: str
) -> None:
    with pytest.raises(SettingsError, match=said) as caught:
        load_settings({"MIR_HOME": str(tmp_path), variable: value})
    assert "secret" not in str(caught.value)


def test_a_home_that_cannot_be_a_folder_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(SettingsError, match="file is not a folder"):
        load_settings({}, home=file)
    with pytest.raises(SettingsError, match=r"cannot be (made|reached)"):
        load_settings({}, home=file / "deeper" / "home")
    with pytest.raises(SettingsError, match="cannot be reached"):
        load_settings({}, home=Path("/tmp") / ("x" * 300))


def test_a_home_that_cannot_be_written_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Asked of a stand-in, because root may write everywhere.
    monkeypatch.setattr(os, "access", lambda path, mode: path != tmp_path)
    with pytest.raises(SettingsError, match="cannot be written; give this user"):
        load_settings({}, home=tmp_path / "new")


def test_a_relative_home_becomes_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_settings({"MIR_HOME": "here"}).home == tmp_path / "here"


def test_a_password_is_not_shown(tmp_path: Path) -> None:
    settings = load_settings({}, home=tmp_path, database_url="postgresql://me:secret@host/x")
    assert "secret" not in repr(settings)
    assert "secret" not in str(settings)


@pytest.mark.parametrize("missing", ["home", "database_url"])
def test_settings_are_not_made_half(missing: str) -> None:
    given: dict[str, Any] = {"home": Path("/"), "database_url": "sqlite:///x"}
    del given[missing]
    with pytest.raises(TypeError):
        Settings(**given)
