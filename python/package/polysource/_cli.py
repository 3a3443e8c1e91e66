"""The command line: the program that ``cargo install polysource`` gives, run in this process."""

import signal
import sys

from ._polysource import run


def main() -> int:
    """Runs the program with the arguments of this process; returns its exit code."""
    # Ctrl-C is the program's: Python would only take note of it, and raise when the program is done.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    return run(["polysource", *sys.argv[1:]])


if __name__ == "__main__":
    sys.exit(main())
