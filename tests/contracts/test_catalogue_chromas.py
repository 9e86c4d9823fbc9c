"""What a catalogue promises of chroma, on each database."""

import numpy as np

from mir.catalogue import chromas, fingerprints, tracks
from mir.catalogue.session import Catalogue
from mir.versions.packing import pack_summary
from tests.made_up_analyses import NOW, made_up_analysis

METHOD = "made-up-1"


def _stored(catalogue: Catalogue, count: int) -> list[int]:
    with catalogue.session() as session:
        return [
            tracks.store(session, made_up_analysis(f"/{n}", f"h{n}"), NOW).id for n in range(count)
        ]


def test_chroma_and_summaries_come_back(catalogue: Catalogue) -> None:
    one, two, silent, _ = _stored(catalogue, 4)
    vectors = np.random.default_rng(1).random((2, 5), np.float32)
    packed = {i: (b"%d" % i, pack_summary(v)) for i, v in zip((one, two), vectors, strict=True)}
    with catalogue.session() as session:
        chromas.put(session, METHOD, {**packed, silent: (b"", b""), 99: (b"gone", b"")})
    with catalogue.session() as session:
        found = chromas.contents(session, [two, silent, one, 99], METHOD)
        assert found == {one: packed[one][0], two: packed[two][0]}
        ids, summaries = chromas.summaries(session, METHOD)
        assert ids.tolist() == [one, two]
        assert summaries.dtype == np.float32
        np.testing.assert_allclose(summaries, vectors, atol=1e-3)
        assert chromas.contents(session, [one], "another") == {}
        ids, summaries = chromas.summaries(session, "another")
        assert (ids.tolist(), summaries.shape) == ([], (0, 0))


def test_a_track_has_one_chroma_and_takes_it_along(catalogue: Catalogue) -> None:
    one, two = _stored(catalogue, 2)
    with catalogue.session() as session:
        chromas.put(session, "old", {one: (b"old", b""), two: (b"old", b"")})
        chromas.put(session, METHOD, {one: (b"new", b"")})
        assert chromas.contents(session, [one, two], METHOD) == {one: b"new"}
        assert chromas.contents(session, [one, two], "old") == {two: b"old"}
    with catalogue.session() as session:
        tracks.remove_files(session, [tracks.get(session, one).paths[0]])
        assert chromas.contents(session, [one], METHOD) == {}


def test_who_has_only_one_of_both_lacks_them(catalogue: Catalogue) -> None:
    both, print_only, chroma_only, old = _stored(catalogue, 4)
    with catalogue.session() as session:
        fingerprints.put(session, METHOD, {both: b"x", print_only: b"x", old: b"x"})
        chromas.put(session, "c", {both: (b"", b""), chroma_only: (b"y", b"")})
        chromas.put(session, "old", {old: (b"y", b"")})
        lacking = fingerprints.lacking(session, METHOD, "c")
        assert [each.track_id for each in lacking] == [print_only, chroma_only, old]
