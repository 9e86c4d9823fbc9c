"""Notes that sessions and keys are used, to the minute, so that not every request writes."""

from datetime import datetime, timedelta

from mir.accounts.who import Who
from mir.catalogue import api_keys, sign_ins
from mir.catalogue.session import Session

NOTED_EVERY = timedelta(minutes=1)


def is_due(who: Who, now: datetime) -> bool:
    """Whether it is time to note that what they came with is used."""
    return who.used_at is None or now >= who.used_at + NOTED_EVERY


def note(session: Session, who: Who, now: datetime) -> None:
    """Note that what they came with was used then."""
    if who.by == "session":
        sign_ins.see(session, who.proof, now)
    else:
        api_keys.use(session, who.proof, now)
