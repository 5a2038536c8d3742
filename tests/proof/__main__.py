"""Try every claim, or those that are named; see ``--help``."""

import argparse
from collections import abc
import contextlib
import logging
import pathlib
import random
import signal
import sys
import tempfile
import traceback
import typing

from tests.proof import claim as claims
from tests.proof import claims as registry
from tests.proof import progress

INTERRUPTED = 130
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def try_one(
    claim: claims.Claim,
    count: int,
    seed: int,
    stream: typing.TextIO,
) -> claims.Result:
    """Run a claim; one that breaks off is not run, and says why."""
    shown = progress.Progress(claim.name, count, claim.unit, stream)
    try:
        with tempfile.TemporaryDirectory(prefix='snapfault-proof-') as folder:
            stream.write(f'\n{claim.name}: {claim.says}\n')
            stream.flush()
            trial = claims.Trial(count, seed, pathlib.Path(folder), shown)
            result = claims.judge(claim, claim.run(trial))
    except AssertionError as error:
        shown.end()
        stream.write(traceback.format_exc())
        found = claims.Outcome(0, (str(error),), 'ended at the first')
        return claims.judge(claim, found)
    except Exception:  # noqa: BLE001 - the next claim is tried all the same
        shown.end()
        stream.write(traceback.format_exc())
        nothing = claims.Outcome(0, (), 'broke off')
        return claims.Result(claim, nothing, claims.Verdict.NOT_RUN)
    shown.end()
    for each in result.outcome.violations[:10]:
        stream.write(f'  violation: {each}\n')
    counted = f'{result.outcome.counted} {claim.unit}'
    stream.write(f'{claim.name}: {counted}, {result.verdict}\n')
    return result


def prove(
    chosen: abc.Sequence[claims.Claim],
    seed: int,
    few: bool = False,
    stream: typing.TextIO = sys.stdout,
) -> int:
    """Try the claims in turn and show the table; gives the exit code."""
    stream.write(f'seed: SEED={seed}\n')
    results: list[claims.Result] = []
    code = INTERRUPTED
    try:
        for each in chosen:
            count = each.few if few else each.count
            results.append(try_one(each, count, seed, stream))
        held = all(each.verdict is claims.Verdict.HELD for each in results)
        code = 0 if held and results else 1
    except KeyboardInterrupt:
        stream.write('\ninterrupted\n')
    stream.write(f'\n{claims.table(results)}\n')
    stream.flush()
    return code


def _interrupt(number: int, frame: object) -> None:
    # once is enough: the second would interrupt the cleaning up
    for each in SIGNALS:
        signal.signal(each, signal.SIG_IGN)
    raise KeyboardInterrupt


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog='python -m tests.proof', description=__doc__
    )
    parser.add_argument('names', nargs='*', metavar='CLAIM')
    parser.add_argument('--seed', type=int, help='try the same again')
    parser.add_argument(
        '--few', action='store_true', help='with the small counts of make test'
    )
    parser.add_argument(
        '--list', action='store_true', help='say what is claimed, and go'
    )
    return parser


def main() -> int:
    """Do what the command line says; give the exit code."""
    parser = _parser()
    arguments = parser.parse_args()
    by_name = {each.name: each for each in registry.CLAIMS}
    if unknown := sorted(set(arguments.names) - set(by_name)):
        parser.error(
            f'no such claim: {", ".join(unknown)}; there are'
            f' {", ".join(by_name)}'
        )
    if arguments.list:
        for each in registry.CLAIMS:
            print(f'{each.name:<10} {each.says}')
        return 0
    # also in a background job, where the shell has us ignore SIGINT
    for number in SIGNALS:
        signal.signal(number, _interrupt)
    # what is provoked on purpose is no news
    logging.getLogger().addHandler(logging.NullHandler())
    names = arguments.names or by_name
    seed = arguments.seed
    with contextlib.suppress(BrokenPipeError):
        return prove(
            [by_name[each] for each in names],
            random.randrange(2**32) if seed is None else seed,
            arguments.few,
        )
    return 1


if __name__ == '__main__':
    sys.exit(main())
