"""Kept configurations of Terraform: each case has only the files in which it is special, and shares the others."""

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

HERE: Final = Path(__file__).parent


class Cases(NamedTuple):
    """The cases of a folder, in groups: ``shared`` are the folders of ``common`` whose files each group gets."""

    folder: Path
    shared: Mapping[str, tuple[str, ...]]

    def folders(self) -> dict[str, Path]:
        """Return the folder of each case by its name."""
        return {path.name: path for group in self.shared for path in sorted((self.folder / group).iterdir())}

    def shared_files(self, case: Path) -> Iterator[Path]:
        """Yield what a case gets of others: its own files replace those of the same name."""
        own = {_stem(path) for path in case.iterdir()}
        for part in self.shared[case.parent.name]:
            yield from (path for path in (self.folder / "common" / part).iterdir() if _stem(path) not in own)

    def copy(self, name: str, target: Path) -> None:
        """Copy a case with what it shares."""
        case = self.folders()[name]
        shutil.copytree(case, target)
        for path in self.shared_files(case):
            (shutil.copytree if path.is_dir() else shutil.copy)(path, target / path.name)


def _stem(path: Path) -> str:
    """Return the name of a file without `.tf` or `.tf.json`."""
    return path.name.partition(".")[0]


FIXABLE: Final = Cases(
    HERE / "fixable",
    {
        "logging-without-endpoints": ("provider", "task_with_logs", "network"),
        "own-network": ("provider", "task"),
        "with-endpoints": ("provider", "task", "network", "endpoints"),
        "without-endpoints": ("provider", "task", "network"),
    },
)
LABELLED: Final = Cases(
    HERE / "labelled",
    {
        "by-endpoints": ("service", "network", "endpoints"),
        "by-hub": ("service", "network", "hub"),
        "by-nat-gateway": ("service", "network", "nat_gateway"),
        "own-way": ("service", "network"),
    },
)
