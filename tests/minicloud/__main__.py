"""The command line: python -m tests.minicloud up|down|status|fault."""

import sys

from tests.minicloud import command_line

if __name__ == '__main__':
    sys.exit(command_line.main())
