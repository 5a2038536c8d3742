"""Recovery steps: the server off, and on again."""

import dataclasses
import typing

from snapfault import errors
from snapfault import model
from snapfault import resource
from snapfault.recover import step


def known(server: resource.Server) -> str | None:
    """Give when Nova noted the fault that a server in ERROR shows.

    What asks for something journals it: a fault of another time came after.
    """
    return server.fault_at.isoformat() if server.fault_at else None


def _look(hands: step.Hands, server_id: str, wanted: str) -> step.Progress:
    server = hands.project.get_server(server_id)
    if server.task_state is not None:
        return step.Progress.UNDER_WAY
    if server.status == 'ERROR':
        raise errors.ResourceFailed(
            f'server {server_id} is in ERROR: {server.complaint}'
        )
    if server.status == wanted:
        return step.Progress.DONE
    return step.Progress.TODO


@dataclasses.dataclass(frozen=True)
class Stop(step.Step):
    """Stop the server: a stopped guest cannot refuse a detach."""

    name: typing.ClassVar[str] = model.STOP_STEP
    looks_on: typing.ClassVar[bool] = True

    server_id: str

    def look(self, hands: step.Hands) -> step.Progress:
        """Read the server's status."""
        return _look(hands, self.server_id, 'SHUTOFF')

    def act(self, hands: step.Hands) -> None:
        """Ask it to stop."""
        hands.project.stop_server(self.server_id)


@dataclasses.dataclass(frozen=True)
class Halt(step.Step):
    """Stop a server that may be in ERROR, where nothing is attached."""

    name: typing.ClassVar[str] = model.HALT_STEP

    server_id: str

    def look(self, hands: step.Hands) -> step.Progress:
        """Read the server's status; ERROR is left by stopping it."""
        server = hands.project.get_server(self.server_id)
        if server.task_state is not None:
            return step.Progress.UNDER_WAY
        if server.status == 'SHUTOFF':
            return step.Progress.DONE
        return step.Progress.TODO

    def act(self, hands: step.Hands) -> None:
        """Ask it to stop."""
        hands.project.stop_server(self.server_id)


@dataclasses.dataclass(frozen=True)
class Start(step.Step):
    """Start the server, once all its volumes are attached."""

    name: typing.ClassVar[str] = model.START_STEP
    #: Nova answers 409 of one that runs already, is in ERROR or is busy.
    asks_first: typing.ClassVar[bool] = True

    server_id: str

    def look(self, hands: step.Hands) -> step.Progress:
        """Read the server's status."""
        return _look(hands, self.server_id, 'ACTIVE')

    def act(self, hands: step.Hands) -> None:
        """Ask it to start."""
        hands.project.start_server(self.server_id)
