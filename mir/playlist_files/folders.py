"""Where folders of a playlist's file lie on the machine that reads it."""

from collections.abc import Iterable
from pathlib import Path

from mir.catalogue.portable.moves import Move, Moves
from mir.errors import InvalidQuery


def rewriting(folders: Iterable[tuple[Path, Path]]) -> Moves:
    """The moves of pairs (folder, where it lies there or here).

    Raises InvalidQuery where one is not absolute, holds a line break, which would be two lines of
    a list, or "..", which would lead elsewhere; or where one folder is to go to two places.
    """
    moves = [Move(old, new) for old, new in folders]
    for folder in (folder for move in moves for folder in (move.old, move.new)):
        if ".." in folder.parts or any(letter in str(folder) for letter in "\n\r"):
            raise InvalidQuery(
                f"The folder {str(folder)!r} holds a line break or '..'; write it without."
            )
    return Moves(moves)
