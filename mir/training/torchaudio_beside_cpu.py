"""Import torchaudio beside a torch that was built without CUDA: the one place that does.

The wheels of torchaudio on PyPI carry a compiled extension that is linked against CUDA's
libraries, so `import torchaudio` fails with an OSError where torch is a CPU build. The
package is written to work without the extension when its file is not there (only forced
alignment and a few filters need it; masks and mel spectrograms do not). So where the
plain import fails, the loader is told to look for the file in an empty place, and the import
is tried again. Nothing on disk is changed.
"""

import importlib
import sys
from pathlib import Path
from types import ModuleType

from mir.errors import TrainingError

_LOADER = "torchaudio._extension.utils"


def import_torchaudio() -> ModuleType:
    """The module `torchaudio`, with or without its compiled extension.

    Raises TrainingError when the package is not installed or fails for another reason.
    """
    try:
        return importlib.import_module("torchaudio")
    except ModuleNotFoundError as error:
        raise TrainingError(
            f"{error.name} is not installed; install what training needs with "
            "`pip install 'mir[train]'`"
        ) from error
    except OSError as error:
        loader = sys.modules.get(_LOADER)
        if loader is None:
            raise TrainingError(f"torchaudio cannot be imported: {error}") from error
        loader._LIB_DIR = Path("/nonexistent")  # type: ignore[attr-defined]
        for name in [n for n in sys.modules if n.split(".")[0] == "torchaudio" and n != _LOADER]:
            del sys.modules[name]
        return importlib.import_module("torchaudio")
