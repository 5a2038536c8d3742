"""Run the demo: python -m tests.demo."""

import pathlib
import signal
import sys

from tests.demo import story

STATE = pathlib.Path(__file__).resolve().parents[2] / 'state' / 'demo'

if __name__ == '__main__':
    # A polite kill cleans up just as Ctrl-C does.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(story.run(STATE))
