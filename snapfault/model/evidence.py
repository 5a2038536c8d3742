"""Evidence: what somebody or something says of a service, and since when."""

import dataclasses
import datetime
import enum


class Source(enum.StrEnum):
    """Who says so. None is believed without a fresh read of the cloud."""

    BACKUP = 'backup'  #: a backup operation that failed
    WATCH = 'watch'  #: the bulk watch of servers and volumes
    NOTIFICATION = 'notification'  #: Nova's, over the message bus
    WEBHOOK = 'webhook'  #: an alarm, of Aodh or others
    PERSON = 'person'


@dataclasses.dataclass(frozen=True)
class Evidence:
    """The same thing, said once or often."""

    id: str
    project_id: str
    protection_id: str
    source: Source
    finding: str  #: a short word, such as 'server-error'; unique with source
    detail: str  #: one sentence, the latest
    first_at: datetime.datetime
    last_at: datetime.datetime
    count: int  #: how often it was said
    expires_at: datetime.datetime  #: it means nothing from then on
