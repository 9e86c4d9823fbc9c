"""The settings of one installation: where things are kept and how much a run may take.

The only reader of MIR_* variables. Everything is checked before anything is opened, and
importing this reads nothing.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import platformdirs

from mir.errors import SettingsError

_MIB = 1024 * 1024
_SWITCHES = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
_LEAST_MEMORY = 400 * _MIB  # for one worker
_SCHEMES = ("sqlite", "sqlite+pysqlite", "postgresql", "postgresql+psycopg", "postgres")


@dataclass(frozen=True, slots=True)
class Setting:
    """One variable: its name, the field of `Settings` it sets, its meaning, its default."""

    variable: str
    field: str
    meaning: str
    default: str


SETTINGS = (
    Setting(
        "MIR_HOME",
        "home",
        "Folder for everything mir keeps: the catalogue, the index and the models.",
        "the user's data folder, on Linux ~/.local/share/mir",
    ),
    Setting(
        "MIR_DATABASE_URL",
        "database_url",
        "The catalogue: sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME.",
        "catalogue.db in the home, with SQLite",
    ),
    Setting("MIR_HOST", "host", "Address on which the web app answers.", "127.0.0.1"),
    Setting("MIR_PORT", "port", "Port on which the web app answers; 0 takes any free one.", "8080"),
    Setting(
        "MIR_ALLOWED_HOSTS",
        "allowed_hosts",
        "Names by which the web app may be asked for, beside addresses: music.example.org, nas.",
        "none but localhost",
    ),
    Setting(
        "MIR_TRUSTED_PROXIES",
        "trusted_proxies",
        "How many proxies stand before the web app, whose X-Forwarded-For and -Proto count.",
        "0",
    ),
    Setting("MIR_JOBS", "jobs", "Worker processes that analyse files.", "one per core, at most 8"),
    Setting(
        "MIR_THOROUGH",
        "thorough",
        "1 to hear every track from end to end, which takes about four times as long; "
        "0 for three places of 18 seconds.",
        "0",
    ),
    Setting(
        "MIR_MAX_MEMORY_MB",
        "max_memory_bytes",
        "Memory for the data of each worker, in MiB; a file that needs more is left out.",
        "1024",
    ),
    Setting("MIR_NICE", "nice", "How far workers let other programs go first, 0 to 19.", "0"),
    Setting(
        "MIR_SECONDS_EACH",
        "seconds_each",
        "What a worker may take for one file, in seconds; one that needs more is left out.",
        "300",
    ),
    Setting(
        "MIR_MODEL",
        "model",
        "Model file that a new library begins with and that `mir evaluate` judges; "
        "a library that has a model changes it with `mir model use`.",
        "the model that comes with mir",
    ),
    Setting(
        "MIR_MAX_UPLOAD_MB", "max_upload_bytes", "Largest clip that may be uploaded, in MiB.", "64"
    ),
    Setting(
        "MIR_MAX_CLIP_SECONDS",
        "max_clip_seconds",
        "How much of an uploaded clip is listened to, in seconds.",
        "600",
    ),
    Setting("MIR_LOG_REQUESTS", "log_requests", "1 to log requests as lines of JSON.", "0"),
)
"""Every variable that mir reads from the environment."""

_VARIABLES = {setting.field: setting.variable for setting in SETTINGS}


@dataclass(frozen=True, slots=True)
class Settings:
    """Checked settings; make them with `load_settings`."""

    home: Path  # absolute; may not exist yet, but can be made
    database_url: str = field(repr=False)  # for SQLAlchemy; may hold a password
    host: str = "127.0.0.1"
    port: int = 8080  # 0 for any free one
    allowed_hosts: tuple[str, ...] = ()  # names in lower case, without ports
    trusted_proxies: int = 0
    jobs: int = 1  # worker processes, at least 1
    thorough: bool = False  # hear all of every track
    # A worker uses 330 MiB of data, and some 100 MiB for a second model while it is prepared.
    max_memory_bytes: int = 1024 * _MIB  # for each worker
    nice: int = 0  # of the workers, 0 to 19
    seconds_each: float = 300.0  # for one file: ten hours of music on a slow network need that
    model: Path | None = None  # None for the model that comes with mir
    max_upload_bytes: int = 64 * _MIB
    max_clip_seconds: float = 600.0
    log_requests: bool = False

    @property
    def index_dir(self) -> Path:
        """The folder of the vector index."""
        return self.home / "index"

    @property
    def fingerprints_dir(self) -> Path:
        """The folder of the index of fingerprints."""
        return self.home / "fingerprints"

    @property
    def map_dir(self) -> Path:
        """The folder of the map."""
        return self.home / "map"

    @property
    def models_dir(self) -> Path:
        """The folder of the model files that the library keeps."""
        return self.home / "models"


def load_settings(
    environ: Mapping[str, str], *, home: Path | None = None, **overrides: Any
) -> Settings:
    """Return the settings that an environment and a command's own options make.

    An override is named as its field and beats the variable; None means that it was not
    given. A blank variable counts as not set.

    Raises:
        SettingsError: a value is malformed, or names something that cannot be used.
        TypeError: an override names no field.
    """
    if unknown := set(overrides) - {f.name for f in fields(Settings)}:
        raise TypeError(f"Settings have no {', '.join(sorted(unknown))}")
    given = {name: value for name, value in overrides.items() if value is not None}
    if home is not None:
        given["home"] = home
    for name, variable in _VARIABLES.items():
        if name not in given and (value := environ.get(variable, "").strip()):
            given[name] = _bytes(variable, value) if variable.endswith("_MB") else value
    kept = _home(given.get("home"))
    model = given.get("model")
    return Settings(
        home=kept,
        database_url=_database(given.get("database_url"), kept),
        host=_host(given.get("host", "127.0.0.1")),
        port=_integer("port", given.get("port", 8080), 0, 65_535),
        allowed_hosts=tuple(given.get("allowed_hosts", "").lower().replace(",", " ").split()),
        trusted_proxies=_integer("trusted_proxies", given.get("trusted_proxies", 0), 0, 9),
        jobs=_integer("jobs", given.get("jobs", min(_cores(), 8)), 1, 256),
        thorough=_switch("thorough", given.get("thorough", False)),
        log_requests=_switch("log_requests", given.get("log_requests", False)),
        max_memory_bytes=_memory(given.get("max_memory_bytes", 1024 * _MIB)),
        nice=_integer("nice", given.get("nice", 0), 0, 19),
        seconds_each=_seconds("seconds_each", given.get("seconds_each", 300.0)),
        model=None if model is None else _model(Path(model)),
        max_upload_bytes=_integer(
            "max_upload_bytes", given.get("max_upload_bytes", 64 * _MIB), 1, 2**40
        ),
        max_clip_seconds=_seconds("max_clip_seconds", given.get("max_clip_seconds", 600.0)),
    )


def _named(name: str) -> str:
    return f"{_VARIABLES[name]} (or the option for it)"


def _home(given: str | Path | None) -> Path:
    named = Path(given) if given is not None else Path(platformdirs.user_data_dir("mir"))
    try:
        home = Path(os.path.abspath(named.expanduser()))  # noqa: PTH100 (keeps symbolic links)
    except RuntimeError:
        raise SettingsError(f"The home {named} names a user who does not exist.") from None
    if "?" in str(home) or "\0" in str(home):
        raise SettingsError(f"The home {str(home)!r} has a '?' in it; choose another folder.")
    try:
        if home.exists() and not home.is_dir():
            raise SettingsError(f"The home {home} is not a folder; name one with MIR_HOME.")
        nearest = next(folder for folder in (home, *home.parents) if folder.exists())
    except OSError as error:
        raise SettingsError(
            f"The home {home} cannot be reached ({error.strerror}); name another with MIR_HOME."
        ) from None
    if not nearest.is_dir():
        raise SettingsError(f"The home {home} cannot be made, since {nearest} is not a folder.")
    # A home that is there may be read from a disk that cannot be written.
    if nearest != home and not os.access(nearest, os.W_OK | os.X_OK):
        raise SettingsError(
            f"The home {home} cannot be written; give this user the right to write {nearest}, "
            "or name another home with MIR_HOME."
        )
    return home


def _database(given: str | None, home: Path) -> str:
    if given is None:
        return f"sqlite:///{home / 'catalogue.db'}"
    scheme, separator, _ = given.partition("://")
    if not separator or scheme not in _SCHEMES:
        # The rest may hold a password, so it is not repeated.
        named = f"begins with {scheme!r}" if separator else "has no scheme"
        raise SettingsError(
            f"{_named('database_url')} {named}; write sqlite:///FILE or postgresql://USER@HOST/NAME."
        )
    return given


def _host(given: str) -> str:
    if not given or any(c.isspace() or c == "/" for c in given):
        raise SettingsError(
            f"{_named('host')} is {given!r}, which is no address; write a name or an IP address."
        )
    return given


def _model(path: Path) -> Path:
    path = path.expanduser()
    if not path.is_file():
        raise SettingsError(
            f"The model {path} is not there; correct {_named('model')}, "
            "or leave it out for the model that comes with mir."
        )
    return path


def _switch(name: str, given: object) -> bool:
    value = _SWITCHES.get(str(given).lower())
    if value is None:
        raise SettingsError(f"{_named(name)} is {given!r}; write 1 or 0.")
    return value


def _integer(name: str, given: object, least: int, most: int) -> int:
    try:
        value = int(str(given))
    except ValueError:
        value = least - 1
    if not least <= value <= most:
        raise SettingsError(
            f"{_named(name)} is {given!r}; write a whole number from {least} to {most}."
        )
    return value


def _memory(given: int) -> int:
    if not _LEAST_MEMORY <= given <= 2**40:
        raise SettingsError(
            f"{_named('max_memory_bytes')} gives a worker {given / _MIB:g} MiB; write at least "
            f"{_LEAST_MEMORY // _MIB}, since it needs that for any file."
        )
    return given


def _bytes(variable: str, mebibytes: str) -> int:
    try:
        value = round(float(mebibytes) * _MIB)
    except (ValueError, OverflowError):
        value = 0
    if not 1 <= value <= 2**40:
        raise SettingsError(
            f"{variable} is {mebibytes!r}; write a number of MiB above 0, such as 1024."
        )
    return value


def _seconds(name: str, given: object) -> float:
    try:
        value = float(str(given))
    except ValueError:
        value = 0.0
    if not 1.0 <= value <= 86_400.0:
        raise SettingsError(f"{_named(name)} is {given!r}; write seconds from 1 to 86400.")
    return value


def _cores() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # outside Linux
        return os.cpu_count() or 1
