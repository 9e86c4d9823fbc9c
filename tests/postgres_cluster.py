"""A private Postgres for the tests, started when the first test asks for it.

It listens on a socket in a folder of its own and nowhere else, so that any number of runs can
go on beside each other. Postgres refuses to run as root; then the account `postgres`, which
the package makes, runs it.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import URL, create_engine, text

_REMEDY = "install Postgres, on Debian and Ubuntu with: apt-get install postgresql"


class PostgresCluster:
    """A running cluster in which databases are made and dropped in milliseconds."""

    def __init__(self, socket_folder: Path) -> None:
        self._folder = socket_folder
        self._made = 0
        self._admin = create_engine(self.url("postgres"), isolation_level="AUTOCOMMIT")

    def url(self, database: str) -> str:
        """The URL of a database of the cluster."""
        return URL.create(
            "postgresql",
            username="postgres",
            database=database,
            query={"host": str(self._folder)},
        ).render_as_string(hide_password=False)

    @contextmanager
    def database(self, template: str | None = None) -> Iterator[str]:
        """Give the name of a new database, a copy of `template`, dropped at the end."""
        self._made += 1
        name = f"mir_test_{self._made}"
        copied = f" TEMPLATE {template}" if template else ""
        self._run(f"CREATE DATABASE {name}{copied}")
        try:
            yield name
        finally:
            self._run(f"DROP DATABASE {name} WITH (FORCE)")

    def close(self) -> None:
        self._admin.dispose()

    def _run(self, statement: str) -> None:
        with self._admin.connect() as connection:
            connection.execute(text(statement))


@contextmanager
def postgres_cluster() -> Iterator[PostgresCluster]:
    """Start a cluster and stop it at the end; without Postgres the test fails and says why."""
    programs = _programs()
    account = pwd.getpwnam("postgres") if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix="mir-pg-", dir="/tmp") as made:
        folder = Path(made)
        if account is not None:
            os.chown(folder, account.pw_uid, account.pw_gid)
        data, log = folder / "data", folder / "log"

        def run(program: str, *arguments: str) -> None:
            done = subprocess.run(
                [str(programs / program), "-D", str(data), *arguments],
                user=account.pw_uid if account else None,
                group=account.pw_gid if account else None,
                extra_groups=[] if account else None,
                cwd=folder,
                env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
            )
            if done.returncode:
                said = log.read_text() if log.exists() else ""
                pytest.fail(f"{program} failed: {done.stderr}\n{said}")

        run("initdb", "-A", "trust", "-E", "UTF8", "--no-sync", "-U", "postgres")
        options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync=off"
        run("pg_ctl", "-w", "-l", str(log), "-o", options, "start")
        cluster = PostgresCluster(folder)
        try:
            yield cluster
        finally:
            cluster.close()
            run("pg_ctl", "-w", "-m", "immediate", "stop")


def _programs() -> Path:
    """Return the folder of Postgres' own programs, the newest where there are several."""
    installed = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    versions = sorted(installed, key=lambda p: int(p.parts[4]) if p.parts[4].isdigit() else 0)
    if versions:
        return versions[-1].parent
    found = shutil.which("initdb")
    if found is None:
        pytest.fail(f"The tests of the catalogue need Postgres; {_REMEDY}.")
    return Path(found).resolve().parent


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresCluster]:
    """The cluster of this test run."""
    with postgres_cluster() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def postgres_template(postgres: PostgresCluster) -> Iterator[str]:
    """The name of a database with the newest schema and nothing in it, to be copied."""
    from mir.catalogue.migrate import upgrade

    with postgres.database() as name:
        upgrade(postgres.url(name))
        yield name


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the newest schema and nothing in it, to be copied."""
    from mir.catalogue.migrate import upgrade

    path = tmp_path_factory.mktemp("template") / "catalogue.db"
    upgrade(f"sqlite:///{path}")
    return path
