"""The model files that a library keeps: one file a model, named by its id, beside the shipped one.

A library keeps the file of every model that it uses, so that neither a new version of mir, which
may bring another model, nor a file that its owner moves makes its vectors useless: a clip can be
compared with them only by the very network that made them.
"""

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from mir.durable import sync
from mir.errors import ModelError
from mir.model.embedder import Embedder, identity, shipped_bytes


@cache
def shipped_id() -> str:
    """The id of the model that comes with this version."""
    return identity(shipped_bytes())


@dataclass(frozen=True, slots=True)
class ModelShelf:
    """The models whose files are at hand; `folder` is made when the first is kept."""

    folder: Path

    def path(self, model_id: str) -> Path:
        """Where the file of a model is kept, if it is."""
        return self.folder / f"{model_id}.onnx"

    def has(self, model_id: str) -> bool:
        """Whether the file of the model is at hand."""
        return self.path(model_id).is_file() or model_id == shipped_id()

    def read(self, model_id: str) -> bytes:
        """The file of the model; ModelError where it is gone, cannot be read or is damaged."""
        path = self.path(model_id)
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            if model_id == shipped_id():
                return shipped_bytes()
            raise ModelError(
                f"The file of the model {model_id} is not there any more, without which no clip "
                f"can be compared with what it heard; put it at {path}, or run `mir index`, which "
                "prepares the model of this version. Similar tracks are found all the while."
            ) from None
        except OSError as error:
            raise ModelError(
                f"The model {path} cannot be read ({error.strerror}); mend its permissions."
            ) from error
        if identity(content) != model_id:
            raise ModelError(
                f"The model {path} is damaged: it is not the file that was kept under this name; "
                "delete it and name the model's own file with `mir model use FILE`."
            )
        return content

    def load(self, model_id: str) -> Embedder:
        """The network of the model; ModelError as `read` raises it."""
        return Embedder(self.read(model_id), f"the model {model_id}")

    def keep(self, content: bytes) -> str:
        """Keep a model file, whole or not at all; return the id of its model.

        Raises ModelError where the folder cannot be written.
        """
        model_id = identity(content)
        path = self.path(model_id)
        temporary = path.with_suffix(f".{os.getpid()}.part")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            if not path.is_file() or path.read_bytes() != content:
                with temporary.open("wb") as file:
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
                temporary.replace(path)
                sync(self.folder)
        except OSError as error:
            temporary.unlink(missing_ok=True)
            raise ModelError(
                f"The model cannot be kept in {self.folder} ({error.strerror}); "
                "free some space or make the folder writable."
            ) from error
        return model_id

    def drop(self, model_id: str) -> None:
        """Keep the model no longer."""
        try:
            self.path(model_id).unlink(missing_ok=True)
        except OSError as error:
            raise ModelError(
                f"The model {self.path(model_id)} cannot be deleted ({error.strerror}); "
                "make its folder writable."
            ) from error
