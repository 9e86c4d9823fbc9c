"""One file to what is known of it, in a worker process; a bad file becomes a value.

A file whose sound all models know already (it was moved, renamed or re-tagged) is recognised by its
hash and not listened to again: the answer is then `Identified` instead of `Analysis`. One that a
rule of length or genre keeps out is `Excluded`, by what its header and its tags say. A file that a
cue sheet divides gives one of the former two for each track in it, together as `Parts`.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from indexer.outcomes import Excluded, Identified, Outcome, Parts
from indexer.worker import Work
from mir.analysis import Analysis, Failure, FileFacts, Tags
from mir.audio.decode import AudioInfo, probe
from mir.audio.identity import audio_hash, part_hash
from mir.audio.parts import Division, divide, sheets_beside
from mir.audio.sheets import stamped
from mir.audio.tags import read_fields, tags_of
from mir.errors import AudioError
from mir.exclusion import Exclusion, by_sound
from mir.listen import Heard, listen_with_all, listen_within

if TYPE_CHECKING:
    from mir.model.embedder import Embedder


Known = Mapping[str, frozenset[str]]
"""Audio hash -> ids of the models that have heard that sound."""

NOTHING_KNOWN: Known = {}


@dataclass(frozen=True, slots=True)
class _Listening:
    """Who listens to what a worker reads, and how."""

    embedders: "Sequence[Embedder]"
    known: Known
    thorough: bool

    def to(self, identity: str) -> "list[Embedder]":
        """Return those of the models that have still to hear this sound."""
        heard_by = self.known.get(identity, frozenset())
        return [each for each in self.embedders if each.info.model_id not in heard_by]


def analyse(
    path: Path,
    embedders: "Sequence[Embedder]",
    known: Known = NOTHING_KNOWN,
    rules: Sequence[Exclusion] = (),
    *,
    thorough: bool = False,
) -> Outcome:
    """Read, identify and listen to one file; never raises for what a file is or holds.

    Each of the models listens that has not heard this sound before; `known` tells, by audio
    hash, which have. If `thorough`, all of it is heard, however long it is. What is noted of the
    file is how it looked before it was read. Stages of failure: "read" (the file cannot be
    opened, or changes meanwhile), "decode" (it holds no sound that can be heard), "analyse".
    """
    try:
        facts = path.stat()
        sheets = sheets_beside(path)
    except OSError as error:
        return _unreadable(path, 0, 0, error)
    size, modified_ns = facts.st_size, stamped(path, sheets, facts.st_mtime_ns)
    file = FileFacts(path, size, modified_ns, inode=facts.st_ino or None)
    try:
        outcome = _analysed(file, sheets, _Listening(embedders, known, thorough), rules)
        if _looks_different(path, facts):
            # Hash, tags and sound may be of different states; nothing of it is to be kept.
            reason = "The file changed while it was read; the next run reads it again."
            return Failure(path, size, modified_ns, reason, "read")
        return outcome
    except OSError as error:
        return _unreadable(path, size, modified_ns, error)
    except AudioError as error:
        return Failure(path, size, modified_ns, str(error), "decode")
    except MemoryError:
        reason = (
            "The analysis needs more memory than a worker is given; raise --max-memory or "
            "shorten the file."
        )
        return Failure(path, size, modified_ns, reason, "analyse")
    except Exception as error:  # a defect of ours or a library's; one file must not end a run
        reason = f"The analysis failed with {type(error).__name__}: {error}; please report it."
        return Failure(path, size, modified_ns, reason, "analyse")


@dataclass(frozen=True, slots=True)
class MakeAnalyser:
    """A recipe for a worker: loads the networks once and analyses one file after another."""

    loads: "tuple[Callable[[], Embedder], ...]"
    known: Known = field(default_factory=dict)
    thorough: bool = False
    rules: tuple[Exclusion, ...] = ()  # of length and genre

    def __call__(self) -> Work:
        """Load the networks; return the work."""
        embedders = [load() for load in self.loads]
        return lambda path: analyse(path, embedders, self.known, self.rules, thorough=self.thorough)


def _analysed(
    file: FileFacts, sheets: tuple[str, ...], listening: _Listening, rules: Sequence[Exclusion]
) -> Outcome:
    path = file.path
    with path.open("rb"):
        pass  # who may not read it shall hear so, and not that it holds no music
    fields = read_fields(path)
    tags = tags_of(fields)
    rule = by_sound(rules, probe(path).seconds, tags.genres) if rules else None
    if rule is not None:
        return Excluded(path, file.size, file.modified_ns, rule.reason)
    identity = audio_hash(path)
    division = Division()
    if sheets or "cue_sheet" in fields:
        division = divide(path, sheets, fields, probe(path).seconds)
    if division.parts:
        inside = _inside(file, identity, division, listening)
        if inside.tracks:
            return inside
        division = Division(problem=inside.problem)
    listeners = listening.to(identity)
    if listeners:
        heard = listen_with_all(path, listeners, listening.thorough)
        one: Analysis | Identified = _analysis(file, identity, tags, heard)
    else:
        one = Identified(_with(file, probe(path)), identity, tags)
    return Parts(path, (one,), division.problem) if division.problem else one


def _inside(file: FileFacts, whole: str, division: Division, listening: _Listening) -> Parts:
    """The tracks inside a file that can be heard; AudioError if the file cannot."""
    info = probe(file.path)
    tracks: list[Analysis | Identified] = []
    mute: list[str] = []
    for part in division.parts:
        seconds = None if part.end is None else part.span.seconds
        place = replace(file, part=part.number, start=part.span.start, seconds=seconds)
        identity = part_hash(whole, part.start, part.end)
        listeners = listening.to(identity)
        if not listeners:
            tracks.append(Identified(_with(place, info), identity, part.tags))
            continue
        try:
            heard = listen_within(file.path, part.span, listeners, listening.thorough)
        except AudioError:
            mute.append(str(part.number))
            continue
        tracks.append(_analysis(place, identity, part.tags, heard))
    problem = (
        f"Its cue sheet has tracks without a second of sound ({', '.join(mute)}), which are left "
        "out; if they should have some, mend the sheet."
    )
    return Parts(file.path, tuple(tracks), problem if mute else None)


def _analysis(file: FileFacts, identity: str, tags: Tags, heard: Sequence[Heard]) -> Analysis:
    first, *further = heard
    return Analysis(
        file=_with(file, first.info),
        audio_hash=identity,
        seconds=first.seconds,
        tags=tags,
        descriptors=first.descriptors,
        hearing=first.hearing,
        further=tuple(each.hearing for each in further),
    )


def _with(file: FileFacts, info: AudioInfo) -> FileFacts:
    return replace(
        file,
        container=info.container,
        codec=info.codec,
        sample_rate=info.sample_rate,
        channels=info.channels,
        bit_rate=info.bit_rate,
    )


def _looks_different(path: Path, before: os.stat_result) -> bool:
    now = path.stat()
    return (now.st_size, now.st_mtime_ns) != (before.st_size, before.st_mtime_ns)


def _unreadable(path: Path, size: int, modified_ns: int, error: OSError) -> Failure:
    reason = (
        f"The file cannot be read ({(error.strerror or str(error)).lower()}); "
        "mend it or its permissions and index again."
    )
    return Failure(path, size, modified_ns, reason, "read")
