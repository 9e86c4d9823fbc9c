"""Two runs onto one database, from two homes: the second one says so."""

from collections.abc import Callable
from pathlib import Path

import pytest

from indexer.lock import only_run
from mir.catalogue.migrate import upgrade
from mir.catalogue.session import open_catalogue
from mir.errors import Busy


def test_one_database_takes_one_run_at_a_time_whatever_the_home(url: str, tmp_path: Path) -> None:
    first, second = open_catalogue(url), open_catalogue(url)
    with (
        only_run(tmp_path / "one", first),
        pytest.raises(Busy, match="Another run is indexing into"),
        only_run(tmp_path / "two", second),
    ):
        pass
    with only_run(tmp_path / "two", second):
        pass
    first.close()
    second.close()


def test_other_databases_of_the_same_server_are_free(
    new_url: Callable[[], str], tmp_path: Path
) -> None:
    catalogues = []
    for n in range(2):
        url = new_url()
        if url.startswith("sqlite"):  # its folder is what is locked
            url = f"sqlite:///{tmp_path / str(n) / 'catalogue.db'}"
        upgrade(url)
        catalogues.append(open_catalogue(url))
    one, two = catalogues
    with only_run(tmp_path / "one", one), only_run(tmp_path / "two", two):
        pass
    one.close()
    two.close()
