"""What the other listeners of a library say to a taste, learnt beside the questions.

Learning takes up to a second or so, and no question waits for it longer than it says: a thread
learns when plays have changed, and until it is done what was learnt before answers. Who asks is
folded in as they are now. What a listener took back counts for nobody from the next question on.
"""

from datetime import datetime

from mir.catalogue import listening
from mir.engine import Engine
from mir.recommend.collaborative import Collaborative, Opinion, learn
from mir.recommend.listener_matrix import matrix_of
from mir.recommend.taste import Taste


def learnt(engine: Engine, now: datetime, patience: float) -> Collaborative | None:
    """What the plays of all listeners teach; None where there are fewer than two.

    Also None where nothing is learnt yet and `patience` seconds were too short for it.
    """
    with engine.catalogue.session() as session:
        stamp = listening.stamp(session)

    def make() -> Collaborative | None:
        with engine.catalogue.session() as session:
            everything = listening.everybody(session)
        return learn(matrix_of(everything, now))

    def may_use(old: listening.Stamp) -> bool:
        with engine.catalogue.session() as session:
            return listening.is_whole(session, old)

    found: Collaborative | None = engine.listeners.get(stamp, make, patience, may_use)
    return found


def opinion_of_others(
    engine: Engine, listener: str, taste: Taste, now: datetime, patience: float
) -> Opinion | None:
    """What others who share tracks with the listener play; None where nobody does."""
    together = learnt(engine, now, patience)
    return None if together is None else together.opinion(listener, taste)
