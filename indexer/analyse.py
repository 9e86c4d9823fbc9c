"""One file to what is known of it, in a worker process; a bad file becomes a value.

A file whose sound all models know already (it was moved, renamed or re-tagged) is recognised by its
hash and not listened to again: the answer is then `Identified` instead of `Analysis`. A file that a
cue sheet divides gives one of these for each track in it, together as `Parts`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from indexer.pool import Work
from mir.analysis import Analysis, Failure, FileFacts, Tags
from mir.audio.decode import AudioInfo, probe
from mir.audio.identity import audio_hash, part_hash
from mir.audio.parts import Division, divide, sheets_beside
from mir.audio.sheets import stamped
from mir.audio.tags import read_fields, tags_of
from mir.errors import AudioError
from mir.listen import Heard, listen_with_all, listen_within

if TYPE_CHECKING:
    from mir.model.embedder import Embedder


Known = Mapping[str, frozenset[str]]
"""Audio hash -> ids of the models that have heard that sound."""

NOTHING_KNOWN: Known = {}


@dataclass(frozen=True, slots=True)
class Identified:
    """A file whose sound was analysed before, and what the file says of itself now."""

    file: FileFacts
    audio_hash: str
    tags: Tags


@dataclass(frozen=True, slots=True)
class Parts:
    """What one file holds, where a cue sheet has a word in it: each track, or the file as one.

    `problem` is why a sheet, or a track of it, had to be left out: a sentence.
    """

    path: Path
    tracks: tuple[Analysis | Identified, ...]
    problem: str | None = None


def analyse(
    path: Path, embedders: "Sequence[Embedder]", known: Known = NOTHING_KNOWN
) -> Analysis | Identified | Parts | Failure:
    """Read, identify and listen to one file; never raises for what a file is or holds.

    Each of the models listens that has not heard this sound before; `known` tells, by audio hash,
    which have. A cue sheet, where there is one, makes `Parts` of it. Stages of failure: "read" (the
    file cannot be opened), "decode" (it holds no sound that can be heard), "analyse".
    """
    try:
        facts = path.stat()
        sheets = sheets_beside(path)
    except OSError as error:
        return _unreadable(path, 0, 0, error)
    size, modified_ns = facts.st_size, stamped(path, sheets, facts.st_mtime_ns)
    try:
        with path.open("rb"):
            pass  # who may not read it shall hear so, and not that it holds no music
        identity = audio_hash(path)
        fields = read_fields(path)
        division = Division()
        if sheets or "cue_sheet" in fields:
            division = divide(path, sheets, fields, probe(path).seconds)
        file = FileFacts(path, size, modified_ns)
        if division.parts:
            inside = _inside(file, identity, division, embedders, known)
            if inside.tracks:
                return inside
            division = Division(problem=inside.problem)
        tags = tags_of(fields)
        listeners = _listeners(embedders, known, identity)
        if listeners:
            heard = listen_with_all(path, listeners)
            one: Analysis | Identified = _analysis(file, identity, tags, heard)
        else:
            one = Identified(_with(file, probe(path)), identity, tags)
        return Parts(path, (one,), division.problem) if division.problem else one
    except OSError as error:
        return _unreadable(path, size, modified_ns, error)
    except AudioError as error:
        return Failure(path, size, modified_ns, str(error), "decode")
    except MemoryError:
        reason = "The analysis needs more memory than a worker is given; shorten the file."
        return Failure(path, size, modified_ns, reason, "analyse")
    except Exception as error:  # a defect of ours or a library's; one file must not end a run
        reason = f"The analysis failed with {type(error).__name__}: {error}; please report it."
        return Failure(path, size, modified_ns, reason, "analyse")


def _inside(
    file: FileFacts,
    whole: str,
    division: Division,
    embedders: "Sequence[Embedder]",
    known: Known,
) -> Parts:
    """The tracks inside a file that can be heard; AudioError if the file cannot."""
    info = probe(file.path)
    tracks: list[Analysis | Identified] = []
    mute: list[str] = []
    for part in division.parts:
        seconds = None if part.end is None else part.span.seconds
        place = replace(file, part=part.number, start=part.span.start, seconds=seconds)
        identity = part_hash(whole, part.start, part.end)
        listeners = _listeners(embedders, known, identity)
        if not listeners:
            tracks.append(Identified(_with(place, info), identity, part.tags))
            continue
        try:
            heard = listen_within(file.path, part.span, listeners)
        except AudioError:
            mute.append(str(part.number))
            continue
        tracks.append(_analysis(place, identity, part.tags, heard))
    problem = (
        f"Its cue sheet has tracks without a second of sound ({', '.join(mute)}), which are left "
        "out; if they should have some, mend the sheet."
    )
    return Parts(file.path, tuple(tracks), problem if mute else None)


@dataclass(frozen=True, slots=True)
class MakeAnalyser:
    """A recipe for a worker: loads the networks once and analyses one file after another."""

    loads: "tuple[Callable[[], Embedder], ...]"
    known: Known = field(default_factory=dict)

    def __call__(self) -> Work:
        """Load the networks; return the work."""
        embedders = [load() for load in self.loads]
        return lambda path: analyse(path, embedders, self.known)


def _listeners(embedders: "Sequence[Embedder]", known: Known, identity: str) -> "list[Embedder]":
    heard_by = known.get(identity, frozenset())
    return [each for each in embedders if each.info.model_id not in heard_by]


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


def _unreadable(path: Path, size: int, modified_ns: int, error: OSError) -> Failure:
    reason = (
        f"The file cannot be read ({(error.strerror or str(error)).lower()}); "
        "mend it or its permissions and index again."
    )
    return Failure(path, size, modified_ns, reason, "read")
