"""What was learnt from a listener, as it is asked for and shown."""

from collections.abc import Sequence
from typing import Self

from pydantic import BaseModel, Field

from mir.recommend.portrait import Interest, Part, Portrait
from web.schemas.answers import TrackOut, showable
from web.schemas.filters import Listener
from web.schemas.requests import Asked, Id, PageQuery


class TasteQuery(Asked):
    """The query of `/taste`."""

    listener: Listener = Field(
        default="",
        validate_default=True,
        description="Whose taste; where nothing is said one's own, or that without a name.",
    )


class TastePageQuery(TasteQuery, PageQuery):
    """The query of the page of the taste: whose, and which part of the plays."""


class UndoForm(TastePageQuery):
    """What the button beside a play sends."""

    play: Id


class EraseForm(TasteQuery):
    """What the button that erases all sends."""

    confirm: bool = False


class PartOut(BaseModel):
    """A genre or mood, and how much of an interest has it."""

    name: str
    share: float = Field(description="Of the interest's weight, in [0, 1].")


class InterestOut(BaseModel):
    """One kind of music that the listener likes."""

    share: float = Field(description="Of the taste, in [0, 1]: it gets so many of the places.")
    count: int = Field(description="Tracks that speak for it.")
    tracks: list[TrackOut] = Field(description="Up to six that stand for it, the best first.")
    genres: list[PartOut] = Field(description="First predicted genres, the most frequent first.")
    moods: list[PartOut]

    @classmethod
    def of(cls, interest: Interest) -> Self:
        """The showable form of an interest."""
        return cls(
            share=interest.share,
            count=interest.count,
            tracks=[TrackOut.of(track) for track in interest.tracks],
            genres=_parts(interest.genres),
            moods=_parts(interest.moods),
        )


class TasteOut(BaseModel):
    """What was learnt from a listener, from which recommendations are made."""

    listens: int
    likes: int
    dislikes: int
    skips: int
    interests: list[InterestOut] = Field(description="The greatest share first; up to six.")
    resting: int = Field(description="Tracks left alone for now: heard or skipped lately.")
    disliked: int = Field(description="Tracks that never come.")

    @classmethod
    def of(cls, portrait: Portrait) -> Self:
        """The showable form of a portrait."""
        return cls(
            listens=portrait.counts["listen"],
            likes=portrait.counts["like"],
            dislikes=portrait.counts["dislike"],
            skips=portrait.counts["skip"],
            interests=[InterestOut.of(each) for each in portrait.interests],
            resting=portrait.resting,
            disliked=portrait.disliked,
        )


def _parts(parts: Sequence[Part]) -> list[PartOut]:
    return [PartOut(name=showable(part.name), share=part.share) for part in parts]
