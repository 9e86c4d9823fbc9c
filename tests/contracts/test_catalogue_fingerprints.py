"""What a catalogue promises of fingerprints, on each database."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mir.analysis import Tags
from mir.catalogue import chromas, fingerprints, tracks
from mir.catalogue.revision import fingerprint_revision, revision
from mir.catalogue.session import Catalogue
from mir.errors import NotFound
from tests.made_up_analyses import NOW, made_up_analysis

METHOD = "made-up-1"


def _stored(catalogue: Catalogue, count: int) -> list[int]:
    with catalogue.session() as session:
        return [
            tracks.store(session, made_up_analysis(f"/{n}", f"h{n}"), NOW).id for n in range(count)
        ]


def _all(catalogue: Catalogue, since: int = 0) -> dict[int, bytes]:
    with catalogue.session() as session:
        return dict(fingerprints.written_since(session, METHOD, since))


def test_a_fingerprint_comes_back_byte_for_byte(catalogue: Catalogue) -> None:
    one, two = _stored(catalogue, 2)
    with catalogue.session() as session:
        fingerprints.put(session, METHOD, {one: bytes(range(256)), two: b""})
    with catalogue.session() as session:
        assert fingerprints.content(session, one, METHOD) == bytes(range(256))
        assert fingerprints.content(session, two, METHOD) == b""
        with pytest.raises(NotFound, match=f"{one} has no fingerprint"):
            fingerprints.content(session, one, "another")


def test_a_track_has_one_fingerprint_of_one_method(catalogue: Catalogue) -> None:
    one, two = _stored(catalogue, 2)
    with catalogue.session() as session:
        fingerprints.put(session, "old", {one: b"old", two: b"old"})
        fingerprints.put(session, METHOD, {one: b"new"})
        assert fingerprints.ids_with(session, "old").tolist() == [two]
        assert fingerprints.ids_with(session, METHOD).tolist() == [one]
    assert _all(catalogue) == {one: b"new"}


def test_a_fingerprint_goes_with_its_track(catalogue: Catalogue) -> None:
    one, two = _stored(catalogue, 2)
    with catalogue.session() as session:
        fingerprints.put(session, METHOD, {one: b"1", two: b"2"})
        tracks.remove_files(session, tracks.get(session, one).paths)
    assert _all(catalogue) == {two: b"2"}


def test_what_lacks_one_is_listed_with_its_places(catalogue: Catalogue) -> None:
    one, two = _stored(catalogue, 2)
    made = made_up_analysis("/album", "part", part=2, start=1.5)
    analysis = replace(made, file=replace(made.file, seconds=9.0))
    with catalogue.session() as session:
        part = tracks.store(session, analysis, NOW).id
        file = tracks.store_file(session, made_up_analysis("/copy").file, "h1", Tags())
        assert file is not None
        fingerprints.put(session, METHOD, {one: b"1", 10**9: b"of no track"})
        chromas.put(session, "chroma", {one: (b"1", b"")})
        found = fingerprints.lacking(session, METHOD, "chroma")
    assert [(each.track_id, each.path, each.part) for each in found] == [
        (two, Path("/1"), 0),
        (part, Path("/album"), 2),
        (two, Path("/copy"), 0),
    ]
    assert (found[1].start, found[1].seconds) == (1.5, 9.0)
    assert (found[0].size, found[0].modified_ns) == (1000, 1)


def test_fingerprints_have_a_revision_of_their_own(catalogue: Catalogue) -> None:
    one, *_ = _stored(catalogue, 2)
    with catalogue.session() as session:
        vectors, before = revision(session), fingerprint_revision(session)
        fingerprints.put(session, METHOD, {})
        assert fingerprint_revision(session) == before
        fingerprints.put(session, METHOD, {one: b"1"})
        assert fingerprint_revision(session) == before + 1
        assert revision(session) == vectors


@given(
    turns=st.lists(st.dictionaries(st.integers(0, 4), st.binary(max_size=8), max_size=3)),
    looked=st.integers(0, 5),
)
@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_what_was_written_since_brings_a_copy_up_to_date(
    catalogue: Catalogue, turns: list[dict[int, bytes]], looked: int
) -> None:
    ids = _stored(catalogue, 5)
    with catalogue.session() as session:
        since = fingerprint_revision(session)
        copy = dict(fingerprints.written_since(session, METHOD, 0))
    for number, turn in enumerate(turns):
        with catalogue.session() as session:
            fingerprints.put(session, METHOD, {ids[place]: said for place, said in turn.items()})
        if number == looked:
            copy |= _all(catalogue, since)
            with catalogue.session() as session:
                since = fingerprint_revision(session)
    copy |= _all(catalogue, since)
    assert copy == _all(catalogue)
