"""The file skerry.toml: its keys, and refusals that name the line."""

import datetime as dt
from pathlib import Path

import pytest

from skerry.errors import InputError
from skerry.problems.records import Acceptance, CodePlace
from skerry.settings.settings_file import CheckDefaults, SettingsFile, find_settings_file, read_settings

RULES = frozenset({"NO_ROUTE_TO_DESTINATION", "endpoint-wide-policy"})

WHOLE = """
fail-on = "blocked"
min-severity = "warning"
baseline = "skerry-baseline.json"
region = "eu-west-1"
account = "111122223333"
inputs = ["infra", "app=templates/app.yaml"]
code = "infra"
var-files = ["production.tfvars"]
workspace = "production"
with = "snapshot"
assume = ["subnet-1=isolated"]
strict = true

[variables]
stage = "production"

[parameters]
"network.Stage" = "production"

[[accept]]
rule = "NO_ROUTE_TO_DESTINATION"
reason = "until the NAT is gone"
resource = "aws_route_table.*"
service = "web"
until = 2027-01-31

[[accept]]
reason = "ours"
rule = "endpoint-wide-policy"
"""


def read(folder: Path, text: str) -> SettingsFile:
    path = folder / "skerry.toml"
    path.write_text(text, encoding="utf-8")
    return read_settings(path, "skerry.toml", RULES)


def test_settings_have_all_their_keys(tmp_path: Path) -> None:
    assert read(tmp_path, WHOLE) == SettingsFile(
        "skerry.toml",
        fail_on="blocked",
        min_severity="warning",
        baseline="skerry-baseline.json",
        check=CheckDefaults(
            inputs=("infra", "app=templates/app.yaml"),
            code="infra",
            var_files=("production.tfvars",),
            variables=(("stage", "production"),),
            parameters=(("network.Stage", "production"),),
            workspace="production",
            region="eu-west-1",
            account="111122223333",
            existing="snapshot",
            assumptions=("subnet-1=isolated",),
            strict=True,
        ),
        acceptances=(
            Acceptance(
                "NO_ROUTE_TO_DESTINATION",
                "until the NAT is gone",
                CodePlace("skerry.toml", 22),
                "aws_route_table.*",
                "web",
                dt.date(2027, 1, 31),
            ),
            Acceptance("endpoint-wide-policy", "ours", CodePlace("skerry.toml", 30)),
        ),
    )


def test_empty_file_sets_nothing(tmp_path: Path) -> None:
    assert read(tmp_path, "# nothing yet\n") == SettingsFile("skerry.toml")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('\nfail_on = "blocked"', "skerry.toml:2: unknown key 'fail_on'. Did you mean fail-on?"),
        ("zzz = 1", "skerry.toml:1: unknown key 'zzz'"),
        ('fail-on = "never"', 'skerry.toml:1: fail-on must be "blocked" or "unknown"'),
        ("min-severity = 3", 'skerry.toml:1: min-severity must be "error", "warning" or "note"'),
        ("account = 111122223333", "skerry.toml:1: account must be an account id in quotes"),
        ('inputs = "infra"', "skerry.toml:1: inputs must be a list of files and folders"),
        ('\n"clé x" = 1', "skerry.toml:2: unknown key 'clé x'"),
        ("\n'zzz'.inner = 1", "skerry.toml:2: unknown key 'zzz'"),
        ("\n[zzz]\na = 1", "skerry.toml:2: unknown key 'zzz'"),
        ('\nwrite = ["sarif=x"]', "skerry.toml:2: unknown key 'write'. Did you mean with?"),
        ("allow-network = true", "skerry.toml:1: unknown key 'allow-network'"),
        ('profile = "x"', "skerry.toml:1: unknown key 'profile'"),
        (
            '\nwith = "live"',
            "skerry.toml:2: with must be the name of a snapshot; the live account is for the command line alone",
        ),
        ('strict = "yes"', "skerry.toml:1: strict must be true or false"),
        ('variables = ["a=b"]', "skerry.toml:1: variables must be a table of names and values"),
        ("\n[variables]\na = 'b'\ncount = 3", "skerry.toml:4: count of variables must be a text"),
        ("\nparameters = {a = 1}", "skerry.toml:2: a of parameters must be a text"),
        ("\n\naccept = [{rule = 'x', reason = 'y', expires = 1}]", "skerry.toml:3: unknown key 'expires'"),
        ("inputs = [1]", "skerry.toml:1: inputs must be a list of files and folders"),
        ("accept = 1", "skerry.toml:1: accept must be tables: [[accept]]"),
        ('\n\n[accept]\nrule = "x"', "skerry.toml:3: accept must be tables: [[accept]]"),
        ('[[accept]]\nreason = "x"', "skerry.toml:1: an accepted problem needs a rule"),
        ('[[accept]]\nrule = "endpoint-wide-policy"', "skerry.toml:1: an accepted problem needs a reason"),
        ('[[accept]]\nrule = "endpoint-wide-policy"\nreason = ""', "skerry.toml:1: an accepted problem needs a reason"),
        (
            '[[accept]]\nreason = "x"\nrule = "endpoint-wide-polic"',
            "skerry.toml:3: there is no rule 'endpoint-wide-polic'. Did you mean endpoint-wide-policy?",
        ),
        (
            f'{WHOLE}\n[[accept]]\nrule = "endpoint-wide-policy"\nreason = "x"\nuntil = "2027-01-31"',
            "skerry.toml:35: until must be a date, such as 2027-01-31",
        ),
        (
            '[[accept]]\nrule = "endpoint-wide-policy"\nreason = "x"\nuntil = 2027-01-31T00:00:00Z',
            "skerry.toml:4: until must be a date, such as 2027-01-31",
        ),
        (
            '[[accept]]\nrule = "endpoint-wide-policy"\nreason = "x"\nexpires = 2027-01-31',
            "skerry.toml:4: unknown key 'expires'",
        ),
    ],
)
def test_wrong_settings_are_refused_with_their_line(text: str, complaint: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as refusal:
        read(tmp_path, text)
    assert refusal.value.what == complaint


def test_file_that_is_no_toml_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"skerry\.toml is no TOML: .*line 2"):
        read(tmp_path, "\nfail-on = \n")
    (tmp_path / "skerry.toml").write_bytes(b"\xff")
    with pytest.raises(InputError, match="is no TOML"):
        read_settings(tmp_path / "skerry.toml", "skerry.toml", RULES)


def test_large_and_missing_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="larger than a megabyte"):
        read(tmp_path, "#" * (1 << 20) + "\n")
    with pytest.raises(InputError, match=r"cannot read other\.toml: No such file"):
        read_settings(tmp_path / "other.toml", "other.toml", RULES)


def test_settings_file_is_sought_up_to_the_root_of_the_repository(tmp_path: Path) -> None:
    inner = tmp_path / "repository" / "infra" / "network"
    inner.mkdir(parents=True)
    root = tmp_path / "repository"
    (tmp_path / "skerry.toml").touch()
    assert find_settings_file(inner, root) is None
    (root / "skerry.toml").touch()
    assert find_settings_file(inner, root) == root / "skerry.toml"
    (inner / "skerry.toml").touch()
    assert find_settings_file(inner, root) == inner / "skerry.toml"


def test_link_to_settings_in_the_repository_is_followed_and_one_out_of_it_refused(tmp_path: Path) -> None:
    root = tmp_path / "repository"
    (root / "infra").mkdir(parents=True)
    (root / "shared.toml").touch()
    (root / "infra" / "skerry.toml").symlink_to(root / "shared.toml")
    assert find_settings_file(root / "infra", root) == root / "infra" / "skerry.toml"
    (tmp_path / "secrets.toml").write_text('token = "x"', encoding="utf-8")
    (root / "skerry.toml").symlink_to(tmp_path / "secrets.toml")
    with pytest.raises(InputError, match=r"^skerry\.toml is a link out of repository$"):
        find_settings_file(root, root)
