"""Run the demo: python -m tests.demo."""

import pathlib
import signal
import sys

from tests.demo import story

STATE = pathlib.Path(__file__).resolve().parents[2] / 'state' / 'demo'


def main():
    """Play the story; the exit code tells whether the check was content."""
    # A polite kill cleans up just as Ctrl-C does, and Ctrl-C does also in a
    # background job, where the shell has us ignore it.
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.default_int_handler)
    try:
        return story.run(STATE)
    except KeyboardInterrupt:
        print('\ninterrupted; nothing is left running', flush=True)
        return 130


if __name__ == '__main__':
    sys.exit(main())
