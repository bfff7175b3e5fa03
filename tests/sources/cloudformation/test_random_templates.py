"""Templates drawn by chance end in values and remarks, never in an error."""

from pathlib import Path

import pytest

from skerry.sources.cloudformation.reading import TemplateInput, read_templates
from tests.amount import amount
from tests.sources.cloudformation.random_templates import Draw
from tests.sources.cloudformation.templates import ids

SAMPLES = sorted((Path(__file__).parents[3] / "cloudformation").glob("*.yaml"))


def _run(folder: Path, seed: int) -> tuple[int, int]:
    """Return the numbers of resources and of problems."""
    draw = Draw(seed)
    path = folder / "t.yaml"
    data = draw.text() if seed % 3 else draw.damaged(draw.random.choice(SAMPLES).read_bytes())
    path.write_bytes(data)
    resolved = read_templates([TemplateInput(path)], attribute_of=ids)
    for resource in resolved.resources:
        for name in resource.properties:
            first, last = resource.lines_of(name)
            assert first <= resource.position_of(name, 0, "K").line <= last
    if b'"NoEcho": true' in data:
        assert "hush" not in repr(resolved.stacks) + repr(resolved.problems)
    return len(resolved.resources), len(resolved.problems)


def test_templates_drawn_by_chance_are_read(tmp_path: Path) -> None:
    counts = [_run(tmp_path, seed) for seed in range(30)]
    assert sum(resources for resources, _ in counts) > 50
    assert sum(problems for _, problems in counts) > 50


@pytest.mark.long
def test_many_templates_drawn_by_chance_are_read(tmp_path: Path) -> None:
    counts = [_run(tmp_path, seed) for seed in range(100, 100 + amount(20_000, 1_000))]
    assert any(resources for resources, _ in counts)
