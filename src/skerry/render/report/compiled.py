"""Compiled templates, kept where Python keeps compiled modules: to compile them takes as long as to draw ten maps."""

import os
import sys
from contextlib import suppress
from importlib.util import cache_from_source
from pathlib import Path

import jinja2
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket


class CompiledTemplates(BytecodeCache):
    """Keeps each template in the folder of compiled modules; Jinja compiles it again when its source differs."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._version = jinja2.__version__

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill a bucket, if the template was compiled before."""
        with suppress(OSError), self._place_of(bucket).open("rb") as file:
            bucket.load_bytecode(file)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a compiled template, if Python may keep modules; without the right to write it is compiled each time."""
        if sys.dont_write_bytecode:
            return
        place = self._place_of(bucket)
        beside = place.with_name(f"{place.name}.{os.getpid()}")
        with suppress(OSError):
            place.parent.mkdir(parents=True, exist_ok=True)
            beside.write_bytes(bucket.bytecode_to_string())
            beside.replace(place)

    def _place_of(self, bucket: Bucket) -> Path:
        return Path(cache_from_source(str(self._folder / f"{bucket.key}.jinja-{self._version}.py")))
