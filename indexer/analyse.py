"""One file to what is known of it, in a worker process; a bad file becomes a value.

A file whose sound all models know already (it was moved, renamed or re-tagged) is recognised by its
hash and not listened to again: the answer is then `Identified` instead of `Analysis`. One that a
rule of length or genre keeps out is `Excluded`, by what its header and its tags say.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from indexer.pool import Work
from mir.analysis import Analysis, Failure, FileFacts, Tags
from mir.audio.decode import AudioInfo, probe
from mir.audio.identity import audio_hash
from mir.audio.tags import read_tags
from mir.errors import AudioError
from mir.exclusion import Exclusion, by_sound
from mir.listen import listen_with_all

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
class Excluded:
    """A file that a rule keeps out of the library; it was neither hashed nor decoded."""

    path: Path
    size: int  # bytes
    modified_ns: int
    reason: str  # names the rule


def analyse(
    path: Path,
    embedders: "Sequence[Embedder]",
    known: Known = NOTHING_KNOWN,
    thorough: bool = False,
    rules: Sequence[Exclusion] = (),
) -> Analysis | Identified | Excluded | Failure:
    """Read, identify and listen to one file; never raises for what a file is or holds.

    Each of the models listens that has not heard this sound before; `known` tells, by audio
    hash, which have. If `thorough`, all of it is heard, however long it is. What is noted of the
    file is how it looked before it was read. Stages of failure: "read" (the file cannot be
    opened, or changes meanwhile), "decode" (it holds no sound that can be heard), "analyse".
    """
    try:
        facts = path.stat()
    except OSError as error:
        return _unreadable(path, 0, 0, error)
    size, modified_ns = facts.st_size, facts.st_mtime_ns
    try:
        with path.open("rb"):
            pass  # who may not read it shall hear so, and not that it holds no music
        rule = _rule_for(path, rules)
        if rule is not None:
            return Excluded(path, size, modified_ns, rule.reason)
        identity = audio_hash(path)
        tags = read_tags(path)
        heard_by = known.get(identity, frozenset())
        listeners = [each for each in embedders if each.info.model_id not in heard_by]
        if not listeners:
            if _looks_different(path, facts):
                return _changed(path, facts)
            return Identified(_facts(path, facts, probe(path)), identity, tags)
        heard, *further = listen_with_all(path, listeners, thorough)
        if _looks_different(path, facts):
            return _changed(path, facts)
    except OSError as error:
        return _unreadable(path, size, modified_ns, error)
    except AudioError as error:
        return Failure(path, size, modified_ns, str(error), "decode")
    except MemoryError:
        reason = "The analysis needs more memory than a worker is given; raise --max-memory."
        return Failure(path, size, modified_ns, reason, "analyse")
    except Exception as error:  # a defect of ours or a library's; one file must not end a run
        reason = f"The analysis failed with {type(error).__name__}: {error}; please report it."
        return Failure(path, size, modified_ns, reason, "analyse")
    return Analysis(
        file=_facts(path, facts, heard.info),
        audio_hash=identity,
        seconds=heard.seconds,
        tags=tags,
        descriptors=heard.descriptors,
        hearing=heard.hearing,
        further=tuple(each.hearing for each in further),
    )


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
        return lambda path: analyse(path, embedders, self.known, self.thorough, self.rules)


def _rule_for(path: Path, rules: Sequence[Exclusion]) -> Exclusion | None:
    if not rules:
        return None
    return by_sound(rules, probe(path).seconds, read_tags(path).genres)


def _facts(path: Path, facts: os.stat_result, info: AudioInfo) -> FileFacts:
    return FileFacts(
        path=path,
        size=facts.st_size,
        modified_ns=facts.st_mtime_ns,
        inode=facts.st_ino or None,
        container=info.container,
        codec=info.codec,
        sample_rate=info.sample_rate,
        channels=info.channels,
        bit_rate=info.bit_rate,
    )


def _looks_different(path: Path, before: os.stat_result) -> bool:
    now = path.stat()
    return (now.st_size, now.st_mtime_ns) != (before.st_size, before.st_mtime_ns)


def _changed(path: Path, before: os.stat_result) -> Failure:
    """Hash, tags and sound may be of different states; nothing of it is to be kept."""
    reason = "The file changed while it was read; the next run reads it again."
    return Failure(path, before.st_size, before.st_mtime_ns, reason, "read")


def _unreadable(path: Path, size: int, modified_ns: int, error: OSError) -> Failure:
    reason = (
        f"The file cannot be read ({(error.strerror or str(error)).lower()}); "
        "mend it or its permissions and index again."
    )
    return Failure(path, size, modified_ns, reason, "read")
