"""Compares a file that was heard with the library: by sound, and more weakly by music."""

from typing import TYPE_CHECKING

from mir.catalogue import chromas, tracks
from mir.catalogue.revision import writes_but_plays
from mir.comparison import same_music
from mir.engine import Engine
from mir.fingerprint.contained import contained
from mir.fingerprint.overlap import Overlap
from mir.rights_check.findings import (
    Checked,
    Finding,
    in_order,
    of_music,
    of_sound,
    told_already,
)
from mir.versions.packing import METHOD as CHROMA_METHOD
from mir.versions.shortlist import Shortlist

if TYPE_CHECKING:
    from mir.rights_check.hearing import HeardFile  # which imports decoders


class Checker:
    """A library, ready to compare many files with."""

    def __init__(self, engine: Engine) -> None:
        """Read what all files are compared with: the index, and 1.3 kB for each track."""
        self._engine = engine
        self._index = engine.fingerprints.index()
        with engine.catalogue.session() as session:
            self._shortlist = engine.shortlists.get(
                writes_but_plays(session),
                lambda: Shortlist(*chromas.summaries(session, CHROMA_METHOD)),
            )

    @property
    def among(self) -> int:
        """How many tracks have a fingerprint to compare with; 0: nothing can be told."""
        return len(self._index)

    @property
    def among_music(self) -> int:
        """How many tracks have chroma to compare with."""
        return len(self._shortlist)

    def check(self, file: "HeardFile") -> Checked:
        """What a file shares with the library, at most one finding by sound and one by music."""
        lines: dict[int, list[Overlap]] = {}
        for each in contained(self._index, file.heard.clip) if len(self._index) else ():
            lines.setdefault(each.track, []).append(each)
        with self._engine.catalogue.session() as session:
            music = same_music(
                self._shortlist,
                lambda ids: chromas.contents(session, ids, CHROMA_METHOD),
                file.heard.chroma,
            )
            here = tracks.get_many(session, [*lines, *(each.track for each in music)])
        sound = {
            track: of_sound(found, file.tags, here[track])
            for track, found in lines.items()
            if track in here
        }
        findings: list[Finding] = list(sound.values())
        for found in music:
            if found.track in here:
                version = of_music(found, file.tags, here[found.track])
                if not told_already(version, sound.get(found.track)):
                    findings.append(version)
        return Checked(
            file.seconds, file.tags, in_order(findings), len(self._index), len(self._shortlist)
        )
