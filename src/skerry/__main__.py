"""`python -m skerry`: the command line, without an installed script."""

import os
import sys

# `python -m` looks for modules in the current folder first, which may hold a json.py of somebody else.
_HOME = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))  # noqa: PTH100, PTH120 - pathlib imports more
if sys.path and sys.path[0] in {"", os.getcwd()} and sys.path[0] != _HOME:  # noqa: PTH109
    del sys.path[0]

from skerry.cli import main  # noqa: E402 - only now is it known from where

if __name__ == "__main__":
    main()
