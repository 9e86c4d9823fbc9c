"""Writes Emotify's votes as a CSV that `mir evaluate tags` reads.

    python benchmarks/emotify_votes.py EMOTIFY OUT.csv

EMOTIFY holds `split.csv` (labels as `mir evaluate genre` reads them; files are `genre/number.…`)
and `emotions.csv` (track id, genre, then for each emotion the share of listeners who felt it; the
tracks of a genre follow each other by number). OUT.csv names the files absolutely and may lie
anywhere. Then:

    mir evaluate tags OUT.csv --match joyful_activation=happy --match sadness=sad \\
        --match calmness=calm --match tenderness=tender --match tension=aggressive

Aljanaki, Wiering and Veltkamp, "Studying emotion induced by music through a crowdsourcing game",
2016.
"""

import argparse
import csv
import sys
from pathlib import Path


def main() -> int:
    """Join the two files; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("emotify", type=Path)
    parser.add_argument("out", type=Path)
    given = parser.parse_args()
    folder = given.emotify.resolve()
    with (folder / "emotions.csv").open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        emotions = [name.strip() for name in next(reader)][
            2:-1
        ]  # the last is the strongest of them
        votes: dict[str, list[list[str]]] = {}
        for _, genre, *shares in reader:
            votes.setdefault(genre.strip(), []).append(shares[: len(emotions)])
    with (folder / "split.csv").open(encoding="utf-8", newline="") as file:
        tracks = list(csv.DictReader(file))
    with given.out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["file", "split", "artist", *emotions])
        for track in tracks:
            path = Path(track["file"])
            shares = votes[path.parent.name][int(path.stem) - 1]
            writer.writerow([folder / path, track["split"], track["artist"], *shares])
    return 0


if __name__ == "__main__":
    sys.exit(main())
