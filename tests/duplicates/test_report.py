"""The report: groups hold every copy once, and nothing that was not found alike."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mir.analysis import Tags
from mir.catalogue import fingerprints, matches, tracks
from mir.catalogue.matches import Match, Shared
from mir.catalogue.session import Catalogue
from mir.duplicates.choice import best_first, why
from mir.duplicates.relation import Relation
from mir.duplicates.report import Duplicates, Group, duplicates, of_track
from mir.errors import NotFound
from tests.made_up_analyses import NOW, made_up_analysis

PRINTS = "made-up-1"
FILES: dict[str, dict[str, Any]] = {
    "a.flac": {"codec": "flac", "bit_rate": 700_000, "sample_rate": 44_100},
    "b.mp3": {"codec": "mp3", "bit_rate": 320_000, "sample_rate": 44_100},
    "c.mp3": {"codec": "mp3", "bit_rate": 128_000, "sample_rate": 44_100},
    "d.mp3": {"codec": "mp3", "bit_rate": 128_000, "sample_rate": 22_050},
    "f.mp3": {"codec": "mp3", "bit_rate": 320_090, "sample_rate": 44_100},
    "e.wav": {"codec": "pcm_s16le", "bit_rate": 1_411_000, "sample_rate": 44_100},
}


def stored(catalogue: Catalogue, *names: str, tags: Tags | None = None) -> list[int]:
    """Ids of tracks whose files have those names, without what was compared yet."""
    ids = []
    with catalogue.session() as session:
        for name in names:
            made = made_up_analysis(f"/{name}", f"hash of {name}", tags=tags or Tags(title=name))
            made = replace(made, file=replace(made.file, **FILES.get(name, {})))
            ids.append(tracks.store(session, made, NOW).id)
        fingerprints.put(session, PRINTS, {i: b"%d" % i for i in ids})
    return ids


def sound(
    first: int, second: int, shares: tuple[float, float] = (1, 1), agreement: float = 0.9
) -> Match:
    stretches = (Shared(0, 90, 0.5, 90.5),)
    return Match(first, second, "sound", 30.0, *shares, agreement, 1.0, 0, stretches)


def music(first: int, second: int, strength: float = 8.0) -> Match:
    stretches = (Shared(3, 60, 8, 70),)
    return Match(first, second, "music", strength, 0.6, 0.6, None, 1.1, 3, stretches)


def found(catalogue: Catalogue, ids: Sequence[int], *pairs: Match) -> Duplicates:
    with catalogue.session() as session:
        for track in ids:
            matches.put(session, track, "m", [each for each in pairs if each.first == track])
        return duplicates(session, PRINTS)


def names(group: Group) -> list[str]:
    return [copy.file.path.name for copy in group.copies]


def test_copies_are_grouped_the_best_first_with_what_shows_it(catalogue: Catalogue) -> None:
    ids = stored(catalogue, "c.mp3", "b.mp3", "a.flac", "other.mp3")
    c, b, a, _ = ids
    told = found(catalogue, ids, sound(c, b), sound(b, a))
    (group,) = told.groups
    assert names(group) == ["a.flac", "b.mp3", "c.mp3"]
    assert group.reason == "lossless"
    # One was found alike to the kept one, the other only to that.
    assert [(each.first, each.second) for each in group.evidence] == [(c, b), (b, a)]
    assert (told.excerpts, told.versions, told.shared, told.waiting) == ((), (), (), 0)


def test_files_of_one_track_are_copies_without_further_evidence(catalogue: Catalogue) -> None:
    (a,) = stored(catalogue, "a.flac")
    with catalogue.session() as session:
        made = made_up_analysis("/copy/a.flac", "x")
        assert tracks.store_file(session, made.file, "hash of a.flac", Tags())
    (group,) = found(catalogue, [a]).groups
    assert len(group.copies) == 2
    assert group.keep.file.path == Path("/a.flac")
    assert group.evidence == ()


def test_relations_are_kept_apart_and_the_kept_copy_stands_for_its_group(
    catalogue: Catalogue,
) -> None:
    ids = stored(catalogue, "a.flac", "b.mp3", "cut.mp3", "live.mp3", "mix.mp3")
    a, b, cut, live, mix = ids
    told = found(
        catalogue,
        ids,
        sound(a, b),
        *(sound(each, cut, (0.3, 1.0)) for each in (a, b)),
        *(music(each, live) for each in (a, b)),
        sound(b, mix, (0.1, 0.05)),
    )
    assert [names(group) for group in told.groups] == [["a.flac", "b.mp3"]]
    (excerpt,) = told.excerpts
    assert (excerpt.first.id, excerpt.second.id) == (cut, a)
    assert excerpt.match.first_share == 1.0
    assert [(each.first.id, each.second.id) for each in told.versions] == [(a, live)]
    # Found with the copy that is not kept alone: still told.
    assert [(each.first.id, each.second.id) for each in told.shared] == [(b, mix)]


def test_what_waits_to_be_compared_is_counted(catalogue: Catalogue) -> None:
    ids = stored(catalogue, "a.flac", "b.mp3", "c.mp3")
    assert found(catalogue, ids[:1]).waiting == 2
    with catalogue.session() as session:
        for number, content in enumerate((b"print", b"", None), 4):  # None: not fingerprinted yet
            made = made_up_analysis(f"/{number}.mp3", f"hash {number}")
            track = tracks.store(session, made, NOW).id
            if content is not None:
                fingerprints.put(session, PRINTS, {track: content})
    assert found(catalogue, ids[:1]).waiting == 4


def test_a_track_sees_its_relations_from_its_side_the_nearest_first(catalogue: Catalogue) -> None:
    ids = stored(catalogue, "a.flac", "b.mp3", "cut.mp3", "live.mp3", "demo.mp3")
    a, b, cut, live, demo = ids
    pairs = (
        *(sound(a, b), sound(a, cut, (0.3, 1.0))),
        *(music(a, live, 5.0), music(a, demo, 9.0)),
    )
    found(catalogue, ids, *pairs)
    with catalogue.session() as session:
        told = of_track(session, a)
        assert [(each.second.id, each.relation) for each in told] == [
            (b, Relation.SAME),
            (cut, Relation.EXCERPT),
            (demo, Relation.VERSION),
            (live, Relation.VERSION),
        ]
        assert all(each.match.first == each.first.id == a for each in told)
        (seen,) = of_track(session, live)
        assert (seen.first.id, seen.second.id, seen.match.semitones) == (live, a, -3)
        assert seen.match.stretches == (Shared(8, 70, 3, 60),)
        with pytest.raises(NotFound):
            of_track(session, 999)


def test_a_copy_is_chosen_by_quality_then_by_what_it_says(catalogue: Catalogue) -> None:
    ids = stored(catalogue, "d.mp3", "c.mp3", "e.wav", "b.mp3", "a.flac")
    rich = stored(catalogue, "rich.mp3", tags=Tags(title="x", artists=("Ann",), year=1990))
    plain = stored(catalogue, "plain.mp3")
    (group,) = found(catalogue, ids, *(sound(ids[0], each) for each in ids[1:])).groups
    assert names(group) == ["e.wav", "a.flac", "b.mp3", "c.mp3", "d.mp3"]
    reasons = [why(group.copies[i:]) for i in range(4)]
    assert reasons == ["higher bit rate", "lossless", "higher bit rate", "higher sample rate"]
    assert best_first(group.copies[::-1]) == group.copies
    told = found(catalogue, [*rich, *plain], sound(rich[0], plain[0]))
    group = next(each for each in told.groups if each.keep.track.id in rich)
    assert (names(group), group.reason) == (["rich.mp3", "plain.mp3"], "more tags")


def test_tags_that_make_a_file_larger_are_no_higher_bit_rate(catalogue: Catalogue) -> None:
    ids = stored(catalogue, "b.mp3", "f.mp3")
    (group,) = found(catalogue, ids, sound(*ids)).groups
    assert (names(group), group.reason) == (["b.mp3", "f.mp3"], "there first")
