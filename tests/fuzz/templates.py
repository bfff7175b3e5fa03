"""Templates of CloudFormation that are wrong: this repository's own, changed, and templates drawn by chance."""

import copy
import json
import random
from functools import cache
from pathlib import Path
from typing import Any

from tests.cloudformation.resolving import read
from tests.fuzz import octets, rows
from tests.sources.cloudformation.random_templates import Draw

OWN = Path(__file__).parents[2] / "cloudformation"
NAMES = [b"t.json", b"a\nb.yaml", "\u202e.template".encode(), b"-v.yaml"]


@cache
def _own() -> tuple[dict[str, Any], ...]:
    """Return this repository's templates; the last, which needs no parameters, eight times."""
    return tuple(read(OWN / f"{name}.yaml") for name in ("central-zones", "endpoints", *["first-service"] * 8))


def templates(draw: random.Random) -> tuple[dict[bytes, bytes], str]:
    """Return files of one or two templates, and how they were changed."""
    names = [draw.choice(NAMES)] if draw.random() < 0.2 else [b"t.json", *([b"u.json"] if draw.random() < 0.3 else [])]
    drawn = [_template(draw) for _ in names]
    return {name: data for name, (data, _) in zip(names, drawn, strict=True)}, drawn[0][1]


def _template(draw: random.Random) -> tuple[bytes, str]:
    chance = Draw(draw.randrange(10**6))
    if draw.random() < 0.3:
        return chance.text(), "drawn"
    template = copy.deepcopy(draw.choice(_own()))
    how = draw.random()
    if how < 0.2:
        name = rows.change(template, draw)
    else:
        name = "unresolved"
        template.setdefault("Parameters", {})["Open"] = {"Type": "String"}
        template.setdefault("Conditions", {})["Maybe"] = {"Fn::Equals": [{"Ref": "Open"}, "x"]}
        for _ in range(draw.randrange(1, 6)):
            _replace(draw.choice(_properties(template)), chance, draw)
    data = json.dumps(template, default=str).encode(errors="surrogatepass")
    return (octets.change(data, draw)[0], f"{name} octets") if how > 0.9 else (data, name)


def _properties(template: dict[str, Any]) -> list[dict[str, Any]]:
    resources = [one for one in template["Resources"].values() if isinstance(one, dict) and one.get("Properties")]
    return [resource["Properties"] for resource in resources] or [template["Resources"]]


def _replace(node: Any, chance: Draw, draw: random.Random) -> None:
    """Replace a value below a node by an expression."""
    while True:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        if not keys:
            return
        key = draw.choice(keys)
        if not isinstance(node[key], dict | list) or _is_call(node[key]) or draw.random() < 0.15:
            node[key] = chance.expression(2) if draw.random() < 0.05 else _unresolved(node[key], draw)
            return
        node = node[key]


def _is_call(value: Any) -> bool:
    return isinstance(value, dict) and any(key == "Ref" or key.startswith("Fn::") for key in value)


def _unresolved(value: Any, draw: random.Random) -> Any:
    """Return an expression without a fault: unresolved, absent, or a text that no property expects."""
    absent = {"Ref": "AWS::NoValue"}
    texts = ["", "0", "-1", "x", "10.0.0.0/33", "\u202e", "a\nb", "arn:aws:s3:::x", "{{resolve:ssm:/x:1}}"]
    return draw.choice(
        [
            *({"Ref": "Open"}, {"Fn::ImportValue": "nobody"}, {"Fn::GetAZs": ""}, absent, [value], {"Key": value}),
            {"Fn::If": ["Maybe", value, draw.choice([absent, "x"])]},
            {"Fn::Sub": ["${V}${Open}", {"V": "x"}]},
            draw.choice(texts),
            [],
        ]
    )
