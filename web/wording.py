"""How values read on a page: durations, shares, counts, keys."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from pydantic import BaseModel

from mir.durations import clock, moment
from mir.evaluation.interval import short
from mir.evaluation.report import cell_text
from mir.search.hits import percentage
from mir.search.sentences import beginning
from web.acting import me
from web.schemas import CopyOut, HeardOut, HitOut, MoodForm, SoundOut, TrackOut, TracksQuery
from web.schemas.evaluations import CellOut

_MINUS = "\N{MINUS SIGN}"
_NARROW = "\N{NARROW NO-BREAK SPACE}"


def percent(share: float) -> str:
    """A share in [0, 1] as whole per cents."""
    return f"{share * 100:.0f}{_NARROW}%"


def count(number: int) -> str:
    """A whole number with its thousands set apart."""
    return f"{number:,}".replace(",", _NARROW)


def by(track: TrackOut) -> str:
    """Who plays, as one line; empty when nobody is known."""
    return ", ".join(track.artists) or track.album_artist or ""


def key(sound: SoundOut) -> str:
    """As in "A minor"; empty when not known."""
    if sound.key is None:
        return ""
    return f"{sound.key.replace('#', '♯')} {sound.mode or ''}".strip()


def sureness(confidence: float | None) -> str:
    """A confidence in [0, 1] in words; empty when there is none."""
    if confidence is None:
        return ""
    return "sure" if confidence >= 0.66 else "likely" if confidence >= 0.33 else "a guess"


def loudness(value: float) -> str:
    """LUFS with a real minus sign."""
    return f"{value:.1f}".replace("-", _MINUS) + f"{_NARROW}LUFS"


def feeling(heard: HeardOut | TrackOut | MoodForm) -> str:
    """Arousal and valence in a few words, as in "energetic, rather dark"; empty if not known."""
    axes = ((heard.arousal, "calm", "energetic"), (heard.valence, "dark", "bright"))
    return ", ".join(_place(*axis) for axis in axes if axis[0] is not None)


def _place(value: float | None, low: str, high: str) -> str:
    """Where a value in [-1, 1] lies between two words; the third around 0 is neither."""
    assert value is not None
    word = high if value > 0 else low
    if abs(value) < 1 / 6:
        return f"between {low} and {high}"
    return word if abs(value) >= 0.5 else f"rather {word}"


def tells_passages(hit: HitOut) -> bool:
    """Whether the last of the reasons says which passages are nearest."""
    return hit.why.passages is not None and hit.why.passages.pairs > 1


def relations(hit: HitOut) -> list[str]:
    """The reasons without that of the passages, whose moments can be played."""
    return hit.reasons[:-1] if tells_passages(hit) else hit.reasons


def sound_at(track: TrackOut, seconds: float) -> str:
    """The address of the track's sound from that second of it on (W3C Media Fragments)."""
    end = "" if track.end is None else f",{track.end:.3f}"
    return f"{track.audio_url.partition('#')[0]}#t={(track.start or 0) + seconds:.3f}{end}"


def coded(copy: CopyOut) -> str:
    """How a file holds its sound, as "mp3 · 128 kbit/s · 44.1 kHz", as far as it is known."""
    rate = f"{copy.bit_rate / 1000:.0f}{_NARROW}kbit/s" if copy.bit_rate else ""
    sampled = f"{copy.sample_rate / 1000:g}{_NARROW}kHz" if copy.sample_rate else ""
    return " · ".join(filter(None, (copy.codec, rate, sampled)))


def day(moment: datetime) -> str:
    """The day and minute of a moment, in UTC."""
    return f"{moment:%Y-%m-%d %H:%M}"


def megabytes(size: int) -> str:
    """A size in bytes as whole megabytes."""
    return f"{size / 2**20:.0f}{_NARROW}MB"


def asked(query: MoodForm | TracksQuery) -> str:
    """What a query asks for, without the place in the list, as part of an address."""
    given = _given(query)
    return urlencode(given, doseq=True, errors="replace")


def fields(query: BaseModel, without: Collection[str] = ()) -> list[tuple[str, Any]]:
    """What a query asks for, without the place in the list, as fields of a form."""
    given = _given(query, without)
    lists = {name: value if isinstance(value, list) else [value] for name, value in given.items()}
    return [(name, each) for name, values in lists.items() for each in values]


def _given(query: BaseModel, without: Collection[str] = ()) -> dict[str, Any]:
    """What was asked for; that it is asked for oneself is not said, so that others may follow."""
    given = query.model_dump(exclude_defaults=True, exclude={"offset", "limit", *without})
    if given.get("listener") == me():
        given.pop("listener", None)
    return given


def made_from(query: Mapping[str, Any] | None) -> str:
    """How a playlist came about, from the question that it keeps."""
    if query is None:
        return "made by hand"
    kinds = {
        "similar": "what sounds similar",
        "next": "what to play next",
        "mood": "a point of mood",
        "path": "a path",
        "recommend": "what is recommended",
        "tracks": "a choice of tracks",
    }
    return f"made from {kinds.get(query.get('kind', ''), 'a question')}"


def figure(cell: CellOut) -> str:
    """A figure with half the width of its interval, as ".508 ± .036"; "-" where there is none."""
    if cell.low is None or cell.high is None or not isinstance(cell.value, int | float):
        return cell_text(cell.value)
    return f"{short(float(cell.value))} ± {short((cell.high - cell.low) / 2)}"


_ORDER_NAMES = {
    "artist": "by artist",
    "title": "by title",
    "newest": "newest first",
    "oldest": "oldest first",
    "added": "added last first",
    "shortest": "shortest first",
    "longest": "longest first",
}


def order_name(order: str) -> str:
    """What an order of tracks is called."""
    return _ORDER_NAMES[order]


WORDING: dict[str, Callable[..., Any]] = {
    "duration": clock,
    "percent": percent,
    "match": percentage,
    "count": count,
    "by": by,
    "key": key,
    "sureness": sureness,
    "loudness": loudness,
    "feeling": feeling,
    "tells_passages": tells_passages,
    "relations": relations,
    "moment": moment,
    "beginning": beginning,
    "sound_at": sound_at,
    "coded": coded,
    "day": day,
    "megabytes": megabytes,
    "asked": asked,
    "made_from": made_from,
    "figure": figure,
    "order_name": order_name,
}
"""The filters of the templates, by name."""
