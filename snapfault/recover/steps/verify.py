"""Recovery step: see with fresh eyes that the service stands."""

import collections.abc
import dataclasses
import datetime
import typing

from snapfault import errors
from snapfault import rules
from snapfault.recover import checks
from snapfault.recover import glance
from snapfault.recover import step
from snapfault.recover.steps import restore_volume


@dataclasses.dataclass(frozen=True)
class Verify(step.Step):
    """The server is as it was, and every restored volume is attached."""

    name: typing.ClassVar[str] = 'verify'
    changes: typing.ClassVar[bool] = False
    looks_on: typing.ClassVar[bool] = True

    recovery_id: str
    server_id: str
    status: str  #: 'ACTIVE', or 'SHUTOFF' where it was stopped before
    member_ids: tuple[str, ...]
    #: Of the policy, as :class:`snapfault.rules.Check` has them; all of a
    #: running server must pass, in this order.
    checks: tuple[collections.abc.Mapping[str, typing.Any], ...] = ()

    @property
    def width(self) -> int:
        """Say how many restored volumes are looked for."""
        return len(self.member_ids)

    @property
    def patience(self) -> datetime.timedelta | None:
        """Give the service the time that its checks allow it."""
        if not self._chosen:
            return None
        return datetime.timedelta(
            seconds=sum(each.timeout for each in self._chosen)
        )

    @property
    def _chosen(self) -> tuple[rules.Check, ...]:
        if self.status != 'ACTIVE':
            return ()
        return tuple(rules.Check(**each) for each in self.checks)

    def look(self, hands: step.Hands) -> step.Progress:
        """Read server, attachments and volumes once more."""
        server = hands.project.get_server(self.server_id)
        if server.status == 'ERROR':
            raise errors.ResourceFailed(
                f'server {self.server_id} is in ERROR: {server.complaint}'
            )
        if server.task_state is not None or server.status != self.status:
            return step.Progress.UNDER_WAY
        attached = glance.attached(hands.project, self.server_id)
        for member_id in self.member_ids:
            marker = restore_volume.marker(self.recovery_id, member_id)
            found = hands.project.find_volumes(marker)
            if not found or found[0].id not in attached:
                raise errors.ResourceFailed(
                    f'no restored volume marked {marker} is attached to'
                    f' server {self.server_id}'
                )
        for each in self._chosen:
            said = checks.look(hands.project, server, each)
            if said:
                raise errors.CloudConflict(said)
        return step.Progress.DONE

    def act(self, hands: step.Hands) -> None:
        """Look only: there is nothing to ask."""
