"""Rank the waiting tasks on what the cloud measures now.

Absent data never stops a snapshot: where the metric service is down, slow or
silent, or a weigher is broken, ranking goes on without.
"""

from collections import abc
import dataclasses
import itertools
import logging
import math

from oslo_config import cfg

from snapfault import errors
from snapfault import model
from snapfault.rank import patience
from snapfault.rank import plan
from snapfault.rank import weigher

LOG = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class Settings:
    """The operator's choices, read once at start."""

    #: By weigher's name; a policy's own come before them.
    multipliers: abc.Mapping[str, float] = dataclasses.field(
        default_factory=dict
    )
    patience: float = 10.0  #: seconds that measures may take


def settings(conf: cfg.ConfigOpts) -> Settings:
    """Read the settings of ranking from the configuration."""
    return Settings(dict(conf.rank.multipliers), conf.rank.patience)


class Ranker:
    """Ranks as the operator has set it up; threads may share one."""

    def __init__(
        self,
        read: patience.Read,
        weighers: plan.Weighers,
        chosen: Settings | None = None,
    ) -> None:
        """Take what it ranks by.

        :param read: ``read_measures`` of the cloud
        :param weighers: as :func:`snapfault.rank.load.load` gives them
        :param chosen: None: the defaults
        """
        chosen = chosen or Settings()
        self._measures = patience.Patient(read, chosen.patience)
        self._weighers = weighers
        self._multipliers = chosen.multipliers
        for name in sorted(chosen.multipliers.keys() - weighers.keys()):
            LOG.warning(
                '[rank] multipliers: there is no weigher %r on this machine',
                name,
            )

    def rank(
        self, candidates: abc.Iterable[model.Candidate]
    ) -> list[plan.Ranked]:
        """Sort the candidates, the one to run first in front."""
        (ranked,) = self.rank_apart([candidates])
        return ranked

    def rank_apart(
        self, groups: abc.Iterable[abc.Iterable[model.Candidate]]
    ) -> list[list[plan.Ranked]]:
        """Sort each group by itself; the measures are read for all at once."""
        apart = [list(group) for group in groups]
        measures = self._read(list(itertools.chain(*apart)))
        guarded = {n: _Guarded(each) for n, each in self._weighers.items()}
        ranked = [
            plan.rank(group, measures, guarded, self._multipliers)
            for group in apart
        ]
        for name, each in guarded.items():
            each.report(name)
        return ranked

    def _read(
        self, candidates: abc.Collection[model.Candidate]
    ) -> abc.Mapping[str, model.Measures]:
        metrics = plan.needed(candidates, self._weighers, self._multipliers)
        servers = {each.protection.server_id for each in candidates}
        if not metrics or not servers:
            return {}
        try:
            return self._measures.read(servers, metrics)
        except errors.SnapfaultError as error:
            LOG.warning(
                'Ranking %(count)d tasks without measures: %(error)s',
                {'count': len(candidates), 'error': error},
            )
        except Exception:  # other people's code: a source may be theirs
            LOG.exception(
                'Ranking %(count)d tasks without measures: their source broke',
                {'count': len(candidates)},
            )
        return {}


class _Guarded(weigher.Weigher):
    """A weigher whose failures are absent data, reported once a ranking."""

    def __init__(self, inner: weigher.Weigher) -> None:
        self._inner = inner
        self.absolute = inner.absolute  # type: ignore[misc]
        self.multiplier = inner.multiplier  # type: ignore[misc]
        self._failures = 0
        self._first = ''

    def weigh(
        self, candidate: model.Candidate, measures: model.Measures
    ) -> float | None:
        """Ask the weigher; None where it fails or gives no finite number."""
        try:
            raw = self._inner.weigh(candidate, measures)
            if raw is None or math.isfinite(raw):
                return None if raw is None else float(raw)
            problem = f'it gave {raw}'
        except Exception as error:  # noqa: BLE001 - other people's code
            problem = repr(error)
        self._first = self._first or f'{candidate.task.id}: {problem}'
        self._failures += 1
        return None

    def report(self, name: str) -> None:
        """Log what went wrong, if anything did."""
        if self._failures:
            LOG.error(
                'Weigher %(name)s failed on %(count)d tasks, which count '
                'as absent data; the first was %(first)s',
                {
                    'name': name,
                    'count': self._failures,
                    'first': self._first,
                },
            )
