"""Table tests: one test for all rows of a table, which reports every row that fails."""

import inspect
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

import pytest

_MOST = 20


def each(names: str | tuple[str, ...], values: Iterable[Any], ids: Callable[[Any], object] = str) -> Callable[..., Any]:
    """Run a test, or every test of a class, once for each row of a table, as one item for pytest.

    It has the arguments of `pytest.mark.parametrize`. Rows share the fixtures of the test, so it suits tests without
    state. The failures of all rows are collected, with the id of each row.
    """
    columns = tuple(name.strip() for name in names.split(",")) if isinstance(names, str) else names
    rows = list(values)
    assert rows, f"no rows for {names}"

    def decorate(test: Any) -> Any:
        if isinstance(test, type):
            for name, method in list(vars(test).items()):
                if name.startswith("test_") and set(columns) <= set(inspect.signature(method).parameters):
                    setattr(test, name, decorate(method))
            return test

        @wraps(test)
        def run_all(*arguments: Any, **fixtures: Any) -> None:
            failures = []
            for row in rows:
                cells = dict(zip(columns, row, strict=True)) if len(columns) > 1 else {columns[0]: row}
                try:
                    test(*arguments, **fixtures, **cells)
                except Exception as error:  # noqa: BLE001 -- reported below with its row
                    failures.append(f"{ids(row)}: {type(error).__name__}: {error}")
            if failures:
                pytest.fail(f"{len(failures)} of {len(rows)} rows\n" + "\n".join(failures[:_MOST]), pytrace=False)

        signature = inspect.signature(test)
        kept = [parameter for name, parameter in signature.parameters.items() if name not in columns]
        vars(run_all)["__signature__"] = signature.replace(parameters=kept)
        return run_all

    return decorate
