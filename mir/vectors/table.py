"""The table of an index: which track has which row, and the cells, in one small file.

A zip of numpy arrays (`ids`, `row_of`, and for a large library `centres`, `cell_of`, `shares`,
`cut_at`): 1 MB at 100,000 tracks, 16 MB at a million. It is written anew with every change.
"""

import zipfile
from pathlib import Path

import numpy as np

from mir.errors import VectorIndexError
from mir.vectors.cells import Cells
from mir.vectors.index import VectorIndex
from mir.vectors.rows import Rows


def write_table(path: Path, index: VectorIndex) -> None:
    """Write all of the index but its rows to `path`; OSError."""
    arrays = {"ids": index.ids, "row_of": index.row_of.astype(np.uint32)}
    if index.cells is not None:
        cells = index.cells
        arrays |= {"centres": cells.centres, "cell_of": cells.cell_of}
        arrays |= {"shares": np.array([cells.share, cells.filtered_share])}
        arrays |= {"cut_at": np.array(cells.cut_at)}
    with path.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)  # type: ignore[arg-type]


def read_table(path: Path, rows: Rows) -> VectorIndex:
    """The index whose table is at `path`; VectorIndexError if it does not fit the rows."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            ids, row_of = arrays["ids"].astype(np.int64), arrays["row_of"].astype(np.int64)
            cells = None
            if "centres" in arrays:
                cells = Cells(
                    arrays["centres"].astype(np.float32),
                    arrays["cell_of"].astype(np.uint16),
                    float(arrays["shares"][0]),
                    float(arrays["shares"][1]),
                    int(arrays["cut_at"]),
                )
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
        raise VectorIndexError(
            f"The table {path} of the vector index cannot be read; run `mir rebuild`."
        ) from error
    fits = (
        ids.ndim == 1
        and ids.shape == row_of.shape
        and (np.diff(ids) > 0).all()
        and (not len(row_of) or int(row_of.max()) < len(rows))
        and (cells is None or len(cells.cell_of) == len(rows))
        and (cells is None or cells.centres.shape[1:] == (rows.dimension,))
    )
    if not fits:
        raise VectorIndexError(
            f"The table {path} was not written by this program; run `mir rebuild`."
        )
    return VectorIndex(ids, row_of, rows, cells)
