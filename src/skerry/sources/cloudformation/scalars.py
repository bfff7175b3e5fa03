"""Plain scalars of YAML 1.1, as CloudFormation reads them.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-formats.html: YAML 1.1 without its types for
times, binary data, sets and ordered maps. https://yaml.org/type/bool.html, https://yaml.org/type/int.html
"""

import re
from functools import lru_cache
from typing import Final

_BOOLEANS: Final = {
    spelling: value
    for value, names in {"true": ("yes", "true", "on"), "false": ("no", "false", "off")}.items()
    for name in names
    for spelling in (name, name.capitalize(), name.upper())
}
_NULLS: Final = frozenset(("", "~", "null", "Null", "NULL"))
_OCTAL: Final = re.compile(r"[-+]?0[0-7]+")
_OTHER_NUMBERS: Final = re.compile(
    r"[-+]?(?:0b[01_]+|0x[0-9a-fA-F_]+|0[0-7_]*_[0-7_]*|[1-9][0-9_]*(?::[0-5]?[0-9])+|(?=[0-9_]*_)[1-9][0-9_]*)"
)


class NumberFormat(Exception):  # noqa: N818 -- an answer of a conversion, which every caller catches
    """A number in a notation whose text CloudFormation's pages do not tell."""


@lru_cache(maxsize=8192)
def plain_text(source: str) -> str | None:
    """Return a plain scalar as CloudFormation's text; None for null.

    A leading zero makes an octal number: https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/745
    """
    if source in _NULLS:
        return None
    boolean = _BOOLEANS.get(source)
    if boolean is not None:
        return boolean
    if not source[0].isdigit() and source[0] not in "+-":
        return source
    if _OCTAL.fullmatch(source):
        return str(int(source, 8))
    if _OTHER_NUMBERS.fullmatch(source):
        raise NumberFormat(source)
    return source


def is_octal(source: str) -> bool:
    """Return whether a plain scalar of several digits is an octal number."""
    return _OCTAL.fullmatch(source) is not None
