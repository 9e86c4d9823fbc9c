"""Forty styles of drumming, each as one bar and the tempi at which musicians count it so.

A drum and bass at 60 would be something else, and asking for that answer would ask for a wrong one.
"""

from dataclasses import dataclass, field

# Rows of drums: k kick, s snare, r side stick, c clap, h o p hi-hat (closed, open, pedal), d ride,
# t u toms, m shaker, l claves, g conga, q tambourine. `known_rhythms.py` knows their numbers.


@dataclass(frozen=True, slots=True)
class Style:
    """One bar, drawn on a grid: x a stroke, - a soft one, . none; a row for each drum."""

    beats: int  # that are counted in a bar
    slowest: float  # BPM
    fastest: float
    drums: dict[str, str]
    bass: str = "x"
    chords: str = "x"
    programs: tuple[int, int, int] = field(default=(33, 0, 65))  # bass, chords, lead


def _style(beats: int, tempi: tuple[float, float], rows: str, **more: object) -> Style:
    drums = dict(row.split(":") for row in rows.split())
    return Style(beats, *tempi, drums, **more)  # type: ignore[arg-type]


STYLES = {
    "afrobeat": _style(
        4, (95, 125), "k:x.....x.x....x.. s:....-..x.-..x..- h:x.xxx.xxx.xxx.xx m:x.x.x.x.x.x.x.x."
    ),
    "ballad": _style(
        4,
        (55, 80),
        "k:x......xx....... s:....x.......x... h:x.x.x.x.x.x.x.x.",
        programs=(32, 4, 73),
    ),
    "bolero": _style(4, (80, 115), "r:x.x.x.x. m:xxxxxxxx g:....x.xx k:x...x...", chords="x.x."),
    "boom bap": _style(
        4, (80, 98), "k:x..x......xx.... s:....x.......x... h:x.x.x.x.x.x.x.x.", bass="x..x..x."
    ),
    "bossa nova": _style(
        4,
        (110, 150),
        "k:x..xx..xx..xx..x r:x.....x.....x... h:x.x.x.x.x.x.x.x.",
        bass="x..xx..x",
        chords="x..x..x.",
        programs=(32, 24, 73),
    ),
    "breakbeat": _style(4, (120, 142), "k:x.x.......xx.... s:....x..-.-..x..- h:x.x.x.x.x.x.x.x."),
    "cha-cha": _style(4, (105, 130), "g:......xx l:x... k:x.x. m:xxxx s:......-. d:xxxx"),
    "country train": _style(
        4,
        (95, 125),
        "k:x.x.x.x. s:--x---x---x---x- h:.x.x.x.x",
        bass="x.x.",
        chords=".x.x",
        programs=(32, 25, 22),
    ),
    "disco": _style(
        4,
        (108, 130),
        "k:x.x.x.x. s:..x...x. h:x.xxx.xxx.xxx.xx o:.x.x.x.x",
        bass="x.xxx.xx",
        programs=(33, 27, 48),
    ),
    "drum and bass": _style(
        4,
        (160, 180),
        "k:x.........x..... s:....x.......x... h:x.x.x.x.x.x.x.x.",
        bass="x.....x.",
        programs=(38, 89, 81),
    ),
    "dub half-time": _style(
        4, (134, 146), "k:x.....x. s:....x... h:x.xxx.xx", bass="x..x....", programs=(38, 89, 81)
    ),
    "five four": _style(
        5,
        (120, 180),
        "k:x..x...... s:......x..x d:x.x.x.x.x.",
        bass="x..x..x.x.",
        chords="x..x.x....",
    ),
    "four on the floor": _style(
        4,
        (118, 132),
        "k:xxxx c:.x.x o:.x.x.x.x h:xxxxxxxxxxxxxxxx",
        bass=".x.x.x.x",
        programs=(38, 81, 80),
    ),
    "funk": _style(
        4,
        (88, 115),
        "k:x..x..x...x..x.. s:....x..-.-..x..- h:xxxxxxxxxxxxxxxx",
        bass="x..x..x...x.x..x",
        chords="..x...x.",
        programs=(36, 27, 61),
    ),
    "half-time rock": _style(
        4, (120, 160), "k:x....x.. s:....x... h:x.x.x.x.", programs=(34, 30, 29)
    ),
    "hard rock": _style(
        4,
        (100, 150),
        "k:x.x.x.x. s:..x...x. o:xxxx",
        bass="xxxxxxxx",
        chords="xxxxxxxx",
        programs=(34, 30, 29),
    ),
    "jazz waltz": _style(
        3,
        (110, 180),
        "d:x..x.xx.x p:...x..x.. k:x........ s:.....-...",
        chords=".....x...",
        programs=(32, 26, 65),
    ),
    "jig": _style(
        2, (95, 130), "k:x..x.. s:..x..x q:x.xx.x", chords="x.xx.x", programs=(32, 25, 40)
    ),
    "march": _style(
        2, (100, 126), "k:x.x. s:..xxx.xx u:....", bass="x.x.", chords=".x.x", programs=(58, 61, 56)
    ),
    "metal": _style(
        4,
        (100, 160),
        "k:xxxxxxxxxxxxxxxx s:....x.......x... o:xxxx",
        bass="xxxxxxxx",
        chords="xxxxxxxxxxxxxxxx",
        programs=(34, 30, 29),
    ),
    "polka": _style(
        2, (100, 130), "k:x.x. s:.x.x h:xxxx", bass="x.x.", chords=".x.x", programs=(58, 21, 71)
    ),
    "punk": _style(
        4,
        (155, 200),
        "k:x.x..xx. s:..x...x. h:xxxxxxxx",
        bass="xxxxxxxx",
        chords="xxxxxxxx",
        programs=(34, 30, 29),
    ),
    "reggae one-drop": _style(
        4,
        (65, 88),
        "k:..x...x. r:..x...x. h:xxxxxxxx",
        bass="x.xx.x..",
        chords=".x.x.x.x",
        programs=(33, 16, 56),
    ),
    "reggaeton": _style(
        4,
        (86, 102),
        "k:x...x...x...x... s:...x..x....x..x. h:x.x.x.x.x.x.x.x.",
        bass="x..xx..x",
        programs=(38, 4, 80),
    ),
    "rock, quavers": _style(
        4, (85, 165), "k:x...xx.. s:..x...x. h:xxxxxxxx", bass="xxxxxxxx", programs=(33, 29, 30)
    ),
    "rock, semiquavers": _style(
        4, (65, 105), "k:x......xx.x..... s:....x.......x... h:xxxxxxxxxxxxxxxx", bass="x..xx..x"
    ),
    "samba": _style(
        2,
        (90, 120),
        "k:x..xx..x m:xxxxxxxx r:x.x.xx.x g:....x.x.",
        bass="x..xx..x",
        chords="x.xx.x.x",
        programs=(32, 24, 73),
    ),
    "shuffle": _style(
        4,
        (85, 150),
        "k:x.....x..... s:...x.....x.. h:x.xx.xx.xx.x",
        bass="x..x..x..x..",
        chords="x.xx.xx.xx.x",
        programs=(33, 27, 22),
    ),
    "ska": _style(
        4,
        (130, 180),
        "k:x.....x. s:..x...x. h:xxxxxxxx",
        bass="xxxx",
        chords=".x.x.x.x",
        programs=(33, 16, 57),
    ),
    "slow six eight": _style(
        2, (46, 70), "k:x..... s:...x.. h:xxxxxx", chords="xxxxxx", programs=(33, 25, 48)
    ),
    "surf": _style(
        4, (140, 175), "k:x..xx... s:..x...xx d:xxxxxxxx", bass="xxxx", programs=(33, 27, 26)
    ),
    "swing": _style(
        4,
        (105, 200),
        "d:x..x.xx..x.x p:...x.....x.. k:------------ s:........-...",
        bass="xxxx",
        chords="...x.....x..",
        programs=(32, 0, 66),
    ),
    "synth pop": _style(
        4,
        (102, 132),
        "k:x...x... s:..x...x. c:..x...x. h:.x.x.x.x",
        bass="xxxxxxxx",
        chords="x",
        programs=(38, 90, 81),
    ),
    "tango": _style(
        4,
        (105, 130),
        "k:x..... s:......-x r:x.x.x.x.",
        bass="x.x.x.x.",
        chords="x.x.x.x.",
        programs=(32, 21, 40),
    ),
    "techno": _style(
        4,
        (126, 148),
        "k:xxxx o:.x.x.x.x c:.x.x m:xxxxxxxxxxxxxxxx",
        bass=".xxx.xxx.xxx.xxx",
        programs=(39, 90, 80),
    ),
    "trance": _style(
        4,
        (132, 145),
        "k:xxxx o:.x.x.x.x s:.x.x",
        bass=".xxx.xxx.xxx.xxx",
        chords="x.xx.xx.x.xx.xx.",
        programs=(38, 81, 90),
    ),
    "twelve eight": _style(
        4,
        (52, 80),
        "k:x.....x.x... s:...x.....x.. h:xxxxxxxxxxxx",
        chords="xxxxxxxxxxxx",
        programs=(33, 0, 65),
    ),
    "two-step garage": _style(
        4,
        (128, 138),
        "k:x.........x..... s:....x.......x... h:x..x..x.x..x..x. r:.......-.-....-.",
        bass="x..x..x.",
        programs=(38, 16, 81),
    ),
    "waltz": _style(
        3, (85, 190), "k:x.. s:.-- h:.xx", bass="x..", chords=".xx", programs=(32, 0, 40)
    ),
    "waltz, slow rock": _style(3, (75, 120), "k:x..... s:..x.x. h:xxxxxx", programs=(33, 25, 48)),
}
