"""Print the Debian packages that a lab with real clients needs and that are not installed, in one line."""

from skerry.lab.requirements import CLIENTS, PROGRAMS, find_missing_programs

print(" ".join(sorted({(PROGRAMS | CLIENTS)[name] for name in find_missing_programs((*PROGRAMS, *CLIENTS))})))
