"""`python -m skerry`: the command line, without an installed script."""

from skerry.cli import main

if __name__ == "__main__":
    main()
