"""Whether what the service depends on answers.

Anybody may ask, and nobody can have us ask others more often for it: what
was found is said again for some seconds, and a look that hangs is not begun
a second time.
"""

import collections.abc
import logging
import threading
import time
import typing

LOG = logging.getLogger(__name__)

#: Returns where a dependency answers, and raises what is wrong otherwise.
Probe = collections.abc.Callable[[], object]
LASTS: typing.Final = 5.0  #: seconds for which a finding is said again
PATIENCE: typing.Final = 4.0  #: seconds that one may take to answer

OK = 'ok'
FAILING = 'failing'  #: it answers with an error, or refuses to
SILENT = 'silent'  #: it has not answered in time


class Health:
    """The dependencies of one process, by name; safe to share by threads."""

    def __init__(
        self,
        probes: collections.abc.Mapping[str, Probe],
        patience: float = PATIENCE,
        lasts: float = LASTS,
    ) -> None:
        """Ask nothing yet; a server may fork after it has loaded us."""
        self._looks = {
            name: _Look(name, probe, lasts) for name, probe in probes.items()
        }
        self._patience = patience

    def read(self) -> dict[str, str]:
        """Give the state of each; all are looked at together.

        Why one fails is for the log: it may name hosts and users.
        """
        ends = {name: look.begin() for name, look in self._looks.items()}
        until = time.monotonic() + self._patience
        for end in ends.values():
            end.wait(max(until - time.monotonic(), 0))
        return {
            name: look.state if ends[name].is_set() else SILENT
            for name, look in self._looks.items()
        }


class _Look:
    """One dependency, and what was last found of it."""

    def __init__(self, name: str, probe: Probe, lasts: float) -> None:
        self.state = SILENT
        self._name = name
        self._probe = probe
        self._lasts = lasts
        self._lock = threading.Lock()
        self._end = threading.Event()
        self._end.set()
        self._found_at: float | None = None

    def begin(self) -> threading.Event:
        """Look, unless that is under way or was just done; give its end."""
        with self._lock:
            is_old = (
                self._found_at is None
                or time.monotonic() - self._found_at >= self._lasts
            )
            if self._end.is_set() and is_old:
                self._end = threading.Event()
                # one that hangs must not keep the process from its end
                threading.Thread(
                    target=self._run, name=f'probe {self._name}', daemon=True
                ).start()
            return self._end

    def _run(self) -> None:
        try:
            self._probe()
        except Exception as error:  # noqa: BLE001 - each has its own
            LOG.warning('%s does not answer well: %s', self._name, error)
            self.state = FAILING
        else:
            self.state = OK
        self._found_at = time.monotonic()
        self._end.set()
