"""The README of the wheel: README.md without links to files of the repository, which a package index does not have."""

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

_RELATIVE_LINK = re.compile(r"\[([^][]*)\]\((?!https?://)([^()#\s]*)(?:#[^()\s]*)?\)")
_NOTE = "\nPaths in parentheses are files of skerry's source tree.\n"


class PackageReadme(MetadataHookInterface):
    """Sets the field ``readme`` of the package's metadata."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Write the text into the metadata."""
        text = (Path(self.root) / "README.md").read_text(encoding="utf-8")
        metadata["readme"] = {"content-type": "text/markdown", "text": replace_relative_links(text)}


def replace_relative_links(text: str) -> str:
    """Return the text with each relative link replaced by its words and the path of the file."""
    return _RELATIVE_LINK.sub(r"\1 (\2)", text) + _NOTE
