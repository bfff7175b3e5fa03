"""Limits of parameters, of stacks, and of partitions."""

from pathlib import Path
from typing import Final

from tests.sources.cloudformation.templates import read

LIMITS: Final = {
    "{Type: Number, MinValue: 2, MaxValue: 9}": {"2": "", "9": "", "1": "takes at least 2", "10": "takes at most 9"},
    "{Type: Number}": {"1.5": "", "x": "takes a number", "NaN": "takes a number"},
    "{Type: 'List<Number>'}": {"1, 2": "", "1,x": "takes a number"},
    "{Type: String, MinLength: 2, MaxLength: 3}": {"ab": "", "a": "2 characters", "abcd": "3 characters"},
    "{Type: String, AllowedPattern: '[a-z]+-[0-9]{1,2}'}": {
        "ab-1": "",
        "ab-123": "takes texts like [a-z]+",
        "\nab-1": "takes",
    },
    "{Type: CommaDelimitedList, AllowedPattern: '[a-z]*'}": {"a,b": "", "a,B": "takes texts like [a-z]*, not 'B'"},
    r"{Type: String, AllowedPattern: '^((\d|1\d\d)\.){3}(\d|1\d\d)(/\d{1,2})?$'}": {
        "1.1.1.100/8": "",
        "1.1.1": "takes",
    },
    "{Type: String, AllowedPattern: '(?:ab|cd)?x'}": {"cdx": "", "x": "", "abcdx": "takes"},
    "{Type: AWS::EC2::VPC::Id, MinLength: 90}": {"vpc-1": ""},
}
"""Parameters with values, and a part of the reason why AWS refuses a value; empty where it takes the value."""
UNCHECKED: Final = (
    *(
        "(a+)+b",
        "(a|aa){30}b",
        "(?<n>x)",
        r"\p{Lu}",
        "[a&&b]",
        "[a[b]]",
        "x++",
        "[",
        "(",
        "x)",
        "*a",
        r"(.)\1",
        "a{2}{3",
    ),
    *("(?i)b", "[]b]", "x{9999}{9999}"),
)


def test_value_outside_the_limits_of_a_parameter_is_a_problem(tmp_path: Path) -> None:
    for declaration, values in LIMITS.items():
        text = f"Parameters:\n  P: {declaration}\nResources:\n  R: {{Type: T, Properties: {{P: !Ref P}}}}\n"
        for value, reason in values.items():
            problems = [remark.text for remark in read(tmp_path, text, parameters={"P": value}).problems]
            assert (len(problems), reason in "".join(problems)) == (1 if reason else 0, True), (value, problems)


def test_pattern_that_is_slow_or_of_java_alone_refuses_nothing(tmp_path: Path) -> None:
    for pattern in UNCHECKED:
        text = f"Parameters: {{P: {{Type: String, AllowedPattern: '{pattern}'}}}}\nResources: {{R: {{Type: T}}}}\n"
        assert read(tmp_path, text, parameters={"P": "a" * 60}).problems == (), pattern


def test_default_outside_the_limits_is_a_note(tmp_path: Path) -> None:
    text = "Parameters: {P: {Type: String, MinLength: 2, Default: a}}\nResources: {R: {Type: T}}\n"
    resolved = read(tmp_path, text)
    assert [problem.text for problem in resolved.problems] == []
    assert [note.text for note in resolved.notes] == ["the parameter P takes at least 2 characters, not 'a'"]


def test_secret_value_is_in_no_limit(tmp_path: Path) -> None:
    text = "Parameters: {P: {Type: String, NoEcho: true, MaxLength: 2}}\nResources: {R: {Type: T}}\n"
    assert read(tmp_path, text, parameters={"P": "hush"}).problems == ()


def test_arn_of_another_partition_is_a_problem_where_aws_takes_none(tmp_path: Path) -> None:
    policy = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    text = (
        "Resources:\n"
        "  R:\n    Type: AWS::IAM::Role\n"
        f"    Properties: {{ManagedPolicyArns: [{policy}], Tags: [{{Key: a, Value: {policy}}}]}}\n"
        "  S:\n    Type: AWS::IAM::Role\n"
        "    Properties: {ManagedPolicyArns: [!Sub 'arn:${AWS::Partition}:iam::aws:policy/P']}\n"
        f"  T: {{Type: AWS::SNS::Topic, Properties: {{TopicName: {policy}}}}}\n"
    )
    assert read(tmp_path, text, region="eu-west-1").problems == ()
    problems = read(tmp_path, text, region="cn-north-1").problems
    assert [f"{it.position}: {it.text}".partition("net.yaml:")[2] for it in problems] == [
        "4:38: the ARN is of the partition aws, and cn-north-1 is in aws-cn: write ${AWS::Partition}"
    ]


def test_more_resources_than_a_stack_takes_are_a_note(tmp_path: Path) -> None:
    text = "Resources:\n" + "".join(f"  R{number}: {{Type: T}}\n" for number in range(501))
    assert [note.text for note in read(tmp_path, text).notes] == ["501 resources: AWS takes at most 500 in a stack"]


def test_name_of_a_parameter_and_a_resource_is_a_problem(tmp_path: Path) -> None:
    text = "Parameters: {R: {Type: String, Default: x}}\nResources: {R: {Type: T}}\n"
    assert [problem.text for problem in read(tmp_path, text).problems] == ["the name R is also that of a parameter"]
