"""The command line: parse, call the use case, render, choose the exit code. No logic of its own."""

import atexit
import gc


def main() -> None:
    """Run the command line."""
    # A run is short and makes no cycles to speak of: looking for them would cost a tenth of its time, imports included.
    gc.disable()
    # The end of the process looks for them even so, in all objects, unless they are frozen:
    # https://docs.python.org/3/library/gc.html#gc.freeze
    atexit.register(gc.freeze)
    from skerry.cli.process import run

    run()
