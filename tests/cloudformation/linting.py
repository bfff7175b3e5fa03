"""cfn-lint in this process: it loads its rules and schemas once for all templates."""

import sys
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from unittest.mock import patch

import pytest


def lint(path: Path) -> tuple[int, str]:
    """Run cfn-lint on a template, and return its exit code and its output."""
    # Its import takes a second, which every process of the tests would need to collect this file.
    from cfnlint import runner  # noqa: PLC0415

    words = ["cfn-lint", "--non-zero-exit-code", "informational", "--template", str(path)]
    said = StringIO()
    with (
        patch.object(sys, "argv", words),
        redirect_stdout(said),
        redirect_stderr(said),
        pytest.raises(SystemExit) as out,
    ):
        runner.main()
    code = out.value.code or 0
    assert isinstance(code, int)
    return code, said.getvalue()
