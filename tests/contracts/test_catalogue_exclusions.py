"""What a catalogue promises of the rules that keep files out, on each database."""

from dataclasses import replace
from pathlib import Path

import pytest

from mir.analysis import Failure, Tags
from mir.catalogue import exclusions, failures, tracks
from mir.catalogue.session import Catalogue
from mir.errors import InvalidQuery, NotFound
from mir.exclusion import Exclusion
from tests.made_up_analyses import NOW, made_up_analysis

WAVES, LONG, SPOKEN = (
    Exclusion("path", "*.wav"),
    Exclusion("longer", "1800"),
    Exclusion("genre", "Audiobook"),
)


def test_rules_are_kept_once_and_listed_by_kind(catalogue: Catalogue) -> None:
    with catalogue.session() as session:
        assert exclusions.listing(session) == ()
        added = exclusions.add(session, [SPOKEN, Exclusion("longer", " 1800.0 "), WAVES, WAVES])
        assert added == (SPOKEN, LONG, WAVES)
        assert exclusions.add(session, [WAVES]) == ()
    with catalogue.session() as session:
        assert exclusions.listing(session) == (WAVES, LONG, SPOKEN)
        assert exclusions.remove(session, [LONG, WAVES]) == (LONG, WAVES)
        assert exclusions.listing(session) == (SPOKEN,)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("path", ""),
        ("path", "[z-a]"),
        ("genre", " \0 "),
        ("longer", "long"),
        ("longer", "0"),
        ("shorter", "-1"),
        ("shorter", "inf"),
        ("longer", "nan"),
    ],
)
def test_a_rule_that_means_nothing_is_refused(catalogue: Catalogue, kind: str, value: str) -> None:
    with catalogue.session() as session, pytest.raises(InvalidQuery):
        exclusions.add(session, [Exclusion(kind, value)])


def test_removing_a_rule_that_is_not_there_removes_none(catalogue: Catalogue) -> None:
    with catalogue.session() as session:
        exclusions.add(session, [WAVES])
    with pytest.raises(NotFound, match="longer '5'"), catalogue.session() as session:
        exclusions.remove(session, [WAVES, Exclusion("longer", "5")])
    with catalogue.session() as session:
        assert exclusions.listing(session) == (WAVES,)


def test_rules_find_the_files_that_are_known_already(catalogue: Catalogue) -> None:
    with catalogue.session() as session:
        for path, seconds, genre in (
            ("/long", 1801.0, "Rock"),
            ("/exact", 1800.0, "Rock"),
            ("/book", 100.0, "AUDIOBOOK"),
        ):
            tags = Tags(title=path, genres=(genre,))
            tracks.store(session, made_up_analysis(path, path, tags=tags, seconds=seconds), NOW)
        part = made_up_analysis("/album", "part", seconds=2000.0, part=1)
        tracks.store(session, part, NOW)

        def found(rule: Exclusion) -> list[str]:
            return [str(file.path) for file in exclusions.matching_files(session, rule)]

        assert found(LONG) == ["/long"]
        assert found(Exclusion("shorter", "1800")) == ["/book"]
        assert found(SPOKEN) == ["/book"]
        assert found(Exclusion("genre", "folk")) == []  # predicted, but in no tags


def test_what_is_kept_out_is_no_failure(catalogue: Catalogue) -> None:
    kept_out = Failure(Path("/long"), 1, 2, LONG.reason, failures.EXCLUDED)
    broken = replace(kept_out, path=Path("/broken"), stage="decode")
    with catalogue.session() as session:
        exclusions.add(session, [WAVES, LONG])
        failures.record(session, kept_out, NOW)
        failures.record(session, broken, NOW)
        assert failures.count(session) == failures.listing(session).total == 1
        assert [each.path for each in failures.listing(session).items] == [broken.path]
        assert [each.path for each in failures.known(session)] == [broken.path]
        assert [each.path for each in failures.excluded(session)] == [kept_out.path]
        exclusions.remove(session, [WAVES])
        assert len(list(failures.excluded(session))) == 1
        exclusions.remove(session, [LONG])
        assert list(failures.excluded(session)) == []
        assert failures.count(session) == 1


def test_a_file_may_change_sides(catalogue: Catalogue) -> None:
    kept_out = Failure(Path("/a"), 1, 2, LONG.reason, failures.EXCLUDED)
    with catalogue.session() as session:
        failures.record(session, kept_out, NOW)
        failures.record(session, replace(kept_out, stage="decode"), NOW)
        assert failures.count(session) == 1
        failures.record(session, kept_out, NOW)
        assert failures.count(session) == 0
