"""The family of errors that mir raises on purpose.

Every error names the value at fault and the remedy in one readable sentence; doors
(command line, web) show the text as it is and need to translate only the class.
Anything else that escapes is a defect.
"""


class MirError(Exception):
    """Base of all errors a user can cause and mend; `str(error)` is fit to be shown."""


class SettingsError(MirError):
    """A setting is missing, malformed or contradicts another."""


class AudioError(MirError):
    """A file or an upload cannot be heard: no audio, damaged, too short, too long."""


class ClipTooLong(AudioError):
    """A clip is longer than is heard as one; what was played when in it can still be asked."""


class InvalidQuery(MirError):
    """A request asks for something impossible: an unknown filter, a count out of range."""


class NotFound(MirError):
    """A track, file or folder that was named does not exist."""


class Conflict(MirError):
    """What was to be changed has been changed meanwhile by somebody else."""


class CatalogueError(MirError):
    """The database cannot be opened, migrated or written."""


class VectorIndexError(MirError):
    """The vector index is missing, damaged or belongs to another model."""


class FingerprintError(MirError):
    """A fingerprint or the index of fingerprints is missing, damaged or of another version."""


class ModelError(MirError):
    """A model file is missing, damaged or lacks what is asked of it."""


class TrainingError(MirError):
    """Training data or labels cannot be used as given."""


class Busy(MirError):
    """Another run holds what this one needs."""
