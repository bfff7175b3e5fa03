"""The files of the repository around the working folder: its root, and the places of resources in it."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from skerry.model.origins import Origin
from skerry.problems.records import CodePlace

_MOST_PARENTS = 64
_MOST_BYTES = 4 << 20


class RepositoryFiles:
    """The files below the root of a repository: the nearest folder above with ``.git``, else the folder itself.

    ``inputs`` are the files and folders that a command was given; names in origins are relative to one of them.
    """

    def __init__(self, folder: Path, inputs: Iterable[Path] = ()) -> None:
        self.root = root_of(folder)
        self._inputs = tuple(path.absolute() for path in inputs)
        self._lines: dict[str, tuple[str, ...]] = {}
        self.outside: set[str] = set()
        """The files of resources that are in no file of the repository."""

    def locate(self, origin: Origin | None) -> CodePlace | None:
        """Return the place of an origin in the repository; None if it is in no file there."""
        if origin is None:
            return None
        for path in self._candidates(origin):
            if not path.is_file():
                continue
            inside = self.path_in_repository(path)
            if inside is not None:
                return CodePlace(inside, origin.line or 1, origin.column)
            self.outside.add(path.name)
        return None

    def _candidates(self, origin: Origin) -> Iterator[Path]:
        """Yield the paths that a name in an origin may stand for."""
        names = [name for name in (origin.file, origin.document) if name is not None]
        for name in names:
            for given in self._inputs:
                if given.name == Path(name).name:
                    yield given
                if given.is_dir():
                    yield given / name

    def path_in_repository(self, path: Path) -> str | None:
        """Return a path relative to the root, with slashes; None for one outside."""
        resolved = path.resolve()
        return resolved.relative_to(self.root).as_posix() if resolved.is_relative_to(self.root) else None

    def line_of(self, place: CodePlace, number: int) -> str:
        """Return a line of a file of the repository; empty if there is none."""
        lines = self._lines_of(place.path)
        return lines[number - 1] if 0 < number <= len(lines) else ""

    def _lines_of(self, path: str) -> tuple[str, ...]:
        if path not in self._lines:
            self._lines[path] = tuple(read_text(self.root / path).splitlines())
        return self._lines[path]


def first_file(path: Path) -> Path | None:
    """Return an input itself if it is a file; of a folder the file that a reader would open first, or None."""
    if path.is_file():
        return path
    names = sorted(path.iterdir(), key=_rank) if path.is_dir() else []
    shown = [name for name in names if not name.name.startswith(".")]
    files = (name for name in shown if name.is_file())
    # The answers of a snapshot lie in folders of services.
    inner = (file for folder in shown if folder.is_dir() for file in sorted(folder.iterdir()) if file.is_file())
    return next(files, None) or next(inner, None)


def _rank(path: Path) -> tuple[bool, bool, str]:
    """Return the place of a file in the order of a reader: that of a root module, then code."""
    return path.name not in {"main.tf", "manifest.json"}, path.suffix != ".tf", path.name


def read_text(path: Path) -> str:
    """Return the text of a file of code; empty for one that is too large to be code, or cannot be read."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            return ""
        return path.read_bytes().decode(errors="replace")
    except OSError:
        return ""


def root_of(folder: Path) -> Path:
    """Return the nearest folder with ``.git`` at or above a folder; the folder itself if there is none."""
    resolved = folder.resolve()
    parents = (resolved, *resolved.parents)[:_MOST_PARENTS]
    return next((parent for parent in parents if (parent / ".git").exists()), resolved)
