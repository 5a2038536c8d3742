"""What a claim is: something held to be true, and how it is tried."""

from collections import abc
import dataclasses
import enum
import pathlib
import random
import typing

from tests.proof import progress


class Verdict(enum.StrEnum):
    """How a claim came out."""

    HELD = 'held'
    FAILED = 'FAILED'
    NOT_RUN = 'NOT RUN'  #: as bad as failed: nothing is known


@dataclasses.dataclass(frozen=True)
class Trial:
    """What one run of a claim is given."""

    count: int
    seed: int
    folder: pathlib.Path  #: empty at first, gone afterwards
    progress: progress.Progress

    @property
    def chance(self) -> random.Random:
        """Give a generator that begins at the seed."""
        return random.Random(self.seed)


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What a run found."""

    counted: int
    violations: tuple[str, ...]
    detail: str = ''  #: what was measured, in a few words


@dataclasses.dataclass(frozen=True)
class Claim:
    """Something held to be true."""

    name: str
    says: str  #: one sentence
    unit: str  #: what is counted
    count: int  #: how many ``make proof`` tries
    few: int  #: how many ``make test`` tries
    run: abc.Callable[[Trial], Outcome]
    bound: str = 'none'  #: what violates it, or how many may
    on_cloud: bool = False  #: needs real OpenStack services
    of_history: bool = False  #: needs commits that a clone may be without


@dataclasses.dataclass(frozen=True)
class Result:
    """A claim, and how it came out."""

    claim: Claim
    outcome: Outcome
    verdict: Verdict

    @property
    def row(self) -> tuple[str, ...]:
        """Give the line of the last table."""
        counted = f'{self.outcome.counted} {self.claim.unit}'
        return (
            self.claim.name,
            counted
            + (f' ({self.outcome.detail})' * bool(self.outcome.detail)),
            str(len(self.outcome.violations)),
            self.claim.bound,
            str(self.verdict),
        )


def judge(claim: Claim, outcome: Outcome) -> Result:
    """Say whether what was found holds the claim up."""
    if outcome.violations:
        return Result(claim, outcome, Verdict.FAILED)
    if not outcome.counted:
        return Result(claim, outcome, Verdict.NOT_RUN)
    return Result(claim, outcome, Verdict.HELD)


HEADINGS: typing.Final = ('claim', 'counted', 'violations', 'bound', 'verdict')


def table(results: abc.Iterable[Result]) -> str:
    """Give one line a claim, under a heading."""
    rows = [HEADINGS, *(each.row for each in results)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return '\n'.join(
        ' | '.join(
            cell.ljust(width) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    )
