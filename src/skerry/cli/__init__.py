"""The command line: parse, call the use case, render, choose the exit code. No logic of its own."""

import gc


def main() -> None:
    """Run the command line."""
    # A run is short and makes no cycles to speak of: looking for them would cost a tenth of its time, imports included.
    gc.disable()
    from skerry.cli.process import run

    run()
