"""Rows as earlier versions of mir wrote them: libraries under the schemas 0001 to 0006.

Written down as plain SQL and plain values, apart from today's tables, which go on changing.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from sqlalchemy import Connection, text

MIR_1 = "a190522c97871264"  # the one model that came with the programs that wrote schema 0001
OWN = "own-model"
DIMENSION = 8
MOMENT = "2026-01-02 03:04:05.000000"

Row = dict[str, Any]


def write_old_library(connection: Connection, schema: str, count: int) -> dict[str, int]:
    """Fill a database of that schema with `count` tracks; return the rows of each table.

    Every track is heard by `MIR_1`, every fourth later by `OWN`, every third has two files.
    """
    rows: dict[str, list[Row]] = {}
    for table, row in _rows(schema, count):
        rows.setdefault(table, []).append(row)
    for table, some in rows.items():
        names = ", ".join(some[0])
        values = ", ".join(f":{name}" for name in some[0])
        connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({values})"), some)
    if connection.dialect.name == "postgresql":
        for table in ("tracks", "files", "artists", "genres", "failures", "roots"):
            sequence = f"pg_get_serial_sequence('{table}', 'id')"
            connection.execute(text(f"SELECT setval({sequence}, (SELECT max(id) FROM {table}))"))
    revision = len(rows["embeddings"])
    connection.execute(text(f"UPDATE state SET value = '{revision}' WHERE key = 'revision'"))
    return {table: len(some) for table, some in rows.items()}


def vector_of(number: int, model_id: str) -> bytes:
    """The vector of a track, little-endian float32."""
    return _unit(number, model_id).astype("<f4").tobytes()


def passages_of(number: int, model_id: str) -> bytes:
    """The two passages of a track, little-endian float16."""
    whole = _unit(number, model_id)
    return np.stack([whole, -whole]).astype("<f2").tobytes()


def path_of(number: int) -> bytes:
    """The first file of a track; those of every fifth are no UTF-8."""
    return f"/m/{number}".encode() + (b"\xe9.mp3" if number % 5 == 0 else b".mp3")


def heard_by(number: int) -> tuple[str, ...]:
    """The models that heard a track, in the order in which they did."""
    return (MIR_1, OWN) if number % 4 == 0 else (MIR_1,)


def _unit(number: int, model_id: str) -> np.ndarray:
    drawn = np.random.default_rng([number, len(model_id)]).normal(size=DIMENSION)
    return np.asarray(drawn / np.linalg.norm(drawn))


def _rows(schema: str, count: int) -> Iterator[tuple[str, Row]]:
    first = schema == "0001"
    for number in range(3):
        yield "artists", {"id": number + 1, "name": f"Ann {number}", "folded": f"ann {number}"}
        yield "genres", {"id": number + 1, "name": f"Style {number}", "folded": f"style {number}"}
    yield "roots", {"id": 1, "path": b"/m", "shown": "/m"}
    for number in range(count // 10):
        yield (
            "failures",
            {"id": number + 1, "path": b"/m/bad%d.mp3" % number, "shown": f"/m/bad{number}.mp3",
             "size": number, "modified_ns": number, "reason": "No sound.", "stage": "decode",
             "failed_at": MOMENT},
        )  # fmt: skip
    if not first:
        for model_id, name in ((MIR_1, "mir-1"), (OWN, "mine")):
            row = {"id": model_id, "name": name, "dimension": DIMENSION, "genres": '["Style 0"]'}
            yield "models", row
        for key, value in (("active_model", MIR_1), ("pending_model", OWN)):
            yield "state", {"key": key, "value": value}
    for number in range(1, count + 1):
        yield from _track(number, first)
    if schema == "0006":
        printed = {"track_id": 3, "method": "landmarks-1", "revision": 1, "content": b"print"}
        yield "fingerprints", printed
    revision = 0
    for model_id in (MIR_1, OWN):
        for number in range(1, count + 1):
            if model_id in heard_by(number):
                revision += 1
                yield (
                    "embeddings",
                    {"model_id": model_id, "track_id": number, "revision": revision,
                     "vector": vector_of(number, model_id), "passage_count": 2,
                     "passages": passages_of(number, model_id)},
                )  # fmt: skip


def _track(number: int, first: bool) -> Iterator[tuple[str, Row]]:
    mfcc = np.full(20, number / 7, "<f8").tobytes()
    row: Row = {
        "id": number, "audio_hash": f"hash-{number}", "title": f"Title {number}", "album": "Album",
        "year": 1990 + number % 30, "track_number": number % 12, "seconds": 100.5 + number,
        "artist_mbids": '["x"]', "tempo": 120.25, "key": "C#", "mode": "minor", "loudness": -9.5,
        "mfcc_mean": mfcc, "mfcc_std": mfcc, "search_text": f"title {number}\nann {number % 3}\n",
        "sort_key": f"0{number:09d}", "added_at": MOMENT,
    }  # fmt: skip
    if first:
        row["uncertain"] = number % 2 == 0
    yield "tracks", row
    yield "track_artists", {"track_id": number, "role": "track", "position": 0,
                            "artist_id": number % 3 + 1}  # fmt: skip
    for place in range(2 if number % 3 == 0 else 1):
        path = path_of(number) + b".copy" * place
        yield "files", {"id": 2 * number + place, "track_id": number, "path": path,
                        "shown": f"{number}", "size": 1000 + number, "modified_ns": 10**18 + number,
                        "container": "mp3", "codec": "mp3", "sample_rate": 44_100, "channels": 2,
                        "bit_rate": 128_000}  # fmt: skip
    yield "track_genres", {"track_id": number, "source": "tag", "position": 0, "genre_id": 1,
                           "probability": None}  # fmt: skip
    # Under 0001 only what the model that heard a track last made of it was kept.
    for model_id in heard_by(number)[-1:] if first else heard_by(number):
        named = {} if first else {"model_id": model_id}
        for place in range(2):
            yield "track_genres", {"track_id": number, "source": "model" if first else model_id,
                                   "position": place, "genre_id": place + 2,
                                   "probability": 0.5 / (place + 1)}  # fmt: skip
        yield "track_labels", {"track_id": number, **named, "kind": "mood", "position": 0,
                               "name": f"calm to {model_id}", "probability": 0.75}  # fmt: skip
        if not first:
            yield "hearings", {"track_id": number, "model_id": model_id,
                               "uncertain": number % 2 == 0, "arousal": 0.25, "valence": -0.5,
                               "norm": 3.5}  # fmt: skip
