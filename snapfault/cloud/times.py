"""Read the times that the services write."""

import datetime


def parse(text: str) -> datetime.datetime:
    """Read a time: Nova ends it with a Z, Cinder with nothing; both are UTC.

    :raises ValueError: it is none
    """
    found = datetime.datetime.fromisoformat(text)
    if found.tzinfo is None:
        return found.replace(tzinfo=datetime.UTC)
    return found.astimezone(datetime.UTC)
