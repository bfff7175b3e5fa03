"""Loops, rules, secrets, SAM and conditions of templates."""

from pathlib import Path

from skerry.sources.cloudformation.values import Identifier, JoinedList, PartialText, Unresolved, join_texts
from tests.sources.cloudformation.templates import ids, read, value_of

LOOP = """\
Transform: AWS::LanguageExtensions
Parameters: {Blocks: {Type: CommaDelimitedList, Default: "10.0.0.0/24,10.0.1.0/24"}, Open: {Type: CommaDelimitedList}}
Resources:
  Vpc: {Type: AWS::EC2::VPC}
  Fn::ForEach::Subnets:
    - Block
    - !Ref Blocks
    - S&{Block}:
        Type: AWS::EC2::Subnet
        DependsOn: Vpc
        Properties:
          CidrBlock: !Ref Block
          Name: !Sub "${Block} in ${AWS::Region}"
          Fn::ForEach::Tags: [Key, [A, B], {"T${Key}": "${Key}${Block}"}]
  Fn::ForEach::Pairs:
    [I, [a, b], {"Fn::ForEach::Inner": [J, [x], {"P${I}${J}": {Type: T, Properties: {P: !Ref "P${I}"}}}]}]
"""


def test_loops_make_resources_and_keys(tmp_path: Path) -> None:
    text = LOOP.replace('!Ref "P${I}"', '"${I}${J}"')
    resolved = read(tmp_path, text)
    properties = {resource.logical_id: resource.properties for resource in resolved.resources}
    assert properties == {
        "Vpc": {},
        "S1000024": {
            "CidrBlock": "10.0.0.0/24",
            "Name": "10.0.0.0/24 in eu-west-1",
            "TA": "A10.0.0.0/24",
            "TB": "B10.0.0.0/24",
        },
        "S1001024": {
            "CidrBlock": "10.0.1.0/24",
            "Name": "10.0.1.0/24 in eu-west-1",
            "TA": "A10.0.1.0/24",
            "TB": "B10.0.1.0/24",
        },
        "Pax": {"P": "ax"},
        "Pbx": {"P": "bx"},
    }
    assert not resolved.problems


def test_reference_inside_a_loop_takes_its_variables(tmp_path: Path) -> None:
    resolved = read(tmp_path, LOOP)
    assert [remark.text for remark in resolved.problems] == [
        "no parameter or resource Pa",
        "no parameter or resource Pb",
    ]


def test_loop_over_an_unresolved_list_leaves_its_types_open(tmp_path: Path) -> None:
    stack = read(tmp_path, LOOP.replace("!Ref Blocks", "!Ref Open").replace('!Ref "P${I}"', "x")).stacks[0]
    (part,) = stack.open_parts
    assert (part.reason, part.types) == ("the parameter Open has no value", frozenset(["AWS::EC2::Subnet"]))


def test_loop_without_language_extensions_is_a_problem(tmp_path: Path) -> None:
    problems = read(tmp_path, LOOP.replace("Transform: AWS::LanguageExtensions\n", "")).problems
    assert {remark.text for remark in problems} == {"Fn::ForEach needs the transform AWS::LanguageExtensions"}


def test_loops_with_too_many_turns_are_a_problem(tmp_path: Path) -> None:
    items = ", ".join(map(str, range(50)))
    inner = f"{{'Fn::ForEach::B': [J, [{items}], {{'R${{I}}x${{J}}': {{Type: T}}}}]}}"
    text = f"Transform: AWS::LanguageExtensions\nResources:\n  Fn::ForEach::A: [I, [{items}], {inner}]\n"
    assert [remark.text for remark in read(tmp_path, text).problems] == [
        "more turns of loops than a template has resources or keys"
    ]


RULE = """\
Parameters: {Env: {Type: String, Default: prod}, Open: {Type: String}}
Rules:
  R:
    RuleCondition: !Equals [!Ref Env, prod]
    Assertions: [{Assert: ASSERTION, AssertDescription: No way.}]
Resources: {A: {Type: T}}
"""


def test_rules_refuse_parameters(tmp_path: Path) -> None:
    refused = [
        "{'Fn::Contains': [[dev], !Ref Env]}",
        "{'Fn::EachMemberIn': [[prod, x], [!Ref Env]]}",
        "{'Fn::EachMemberEquals': [[!Ref Env, x], prod]}",
        "!Not [{'Fn::Contains': [[prod], !Ref Env]}]",
        "!And [!Equals [a, a], !Equals [a, b]]",
    ]
    accepted = [
        "{'Fn::Contains': [[prod], !Ref Env]}",
        "{'Fn::Contains': [[dev], !Ref Open]}",
        "!Or [!Equals [a, a], !Equals [a, b]]",
        "{'Fn::Equals': [{'Fn::ValueOf': [Env, VpcId]}, x]}",
    ]
    texts = {
        rule: [remark.text for remark in read(tmp_path, RULE.replace("ASSERTION", rule)).problems] for rule in refused
    }
    assert set(map(tuple, texts.values())) == {("the rule R refuses the parameters: No way.",)}
    assert [read(tmp_path, RULE.replace("ASSERTION", rule)).problems for rule in accepted] == [()] * len(accepted)


def test_rule_under_a_false_condition_refuses_nothing(tmp_path: Path) -> None:
    text = RULE.replace("ASSERTION", "!Equals [a, b]")
    assert read(tmp_path, text, parameters={"Env": "dev"}).problems == ()


def test_secret_parameters_are_never_kept(tmp_path: Path) -> None:
    head = "Parameters: {Password: {Type: String, NoEcho: true, Default: hush, AllowedValues: [hush]}}"
    resolved = read(tmp_path, f"{head}\nResources: {{R: {{Type: T, Properties: {{P: !Sub 'x-${{Password}}'}}}}}}\n")
    given = read(tmp_path, f"{head}\nResources: {{R: {{Type: T}}}}\n", parameters={"Password": "geheim"})
    for spelling in ("'true'", "YES", "on", "!Ref X", "1"):
        other = read(
            tmp_path, f"{head}\nResources: {{R: {{Type: T}}}}\n".replace("NoEcho: true", f"NoEcho: {spelling}")
        )
        assert "hush" not in repr(other.stacks + other.problems)
    plain = read(tmp_path, f"{head}\nResources: {{R: {{Type: T}}}}\n".replace("NoEcho: true", "NoEcho: false"))
    assert plain.stacks[0].parameters == {"Password": "hush"}
    assert isinstance(resolved.resources[0].properties["P"], PartialText)
    assert "hush" not in repr(resolved.stacks + resolved.problems) + repr(resolved.resources[0].properties)
    assert "geheim" not in repr(given.stacks + given.problems)


def test_value_that_a_parameter_does_not_allow_is_a_problem(tmp_path: Path) -> None:
    text = "Parameters: {Env: {Type: String, AllowedValues: [a, b]}}\nResources: {R: {Type: T}}\n"
    assert [remark.text for remark in read(tmp_path, text, parameters={"Env": "c"}).problems] == [
        "the parameter Env does not allow 'c': it takes a, b"
    ]


def test_function_names_the_condition_of_a_resource_in_a_loop(tmp_path: Path) -> None:
    text = """\
Transform: AWS::LanguageExtensions
Parameters: {Open: {Type: String}}
Conditions: {NeedsA: !Equals [a, a], NeedsB: !Equals [a, b]}
Resources:
  Fn::ForEach::Loop: [I, [A, B], {"R${I}": {Type: T, Condition: !Sub "Needs${I}"}}]
  P: {Type: T, Condition: !Ref Open}
"""
    resolved = read(tmp_path, text)
    assert [(made.logical_id, made.condition is None) for made in resolved.resources] == [("RA", True), ("P", False)]
    assert resolved.problems == ()
    for wrong in ("!Sub 'Nothing${I}'", "!Equals [a, a]", "[a]"):
        assert len(read(tmp_path, text.replace('!Sub "Needs${I}"', wrong)).problems) > 0
    without = read(tmp_path, "Resources: {P: {Type: T, Condition: !Sub A}}\n")
    assert [problem.text for problem in without.problems] == ["Condition takes the name of a condition"]


def test_resources_that_sam_makes_are_unresolved(tmp_path: Path) -> None:
    text = "Transform: AWS::Serverless-2016-10-31\nResources:\n  F: {Type: AWS::Serverless::Function}\n"
    text += "  R: {Type: T, DependsOn: FRole, Properties: {P: !GetAtt FRole.Arn, Q: !Ref ServerlessRestApi}}\n"
    text += "  S: {Type: T, Properties: {P: !Ref Other}}\n"
    resolved = read(tmp_path, text)
    assert [remark.text for remark in resolved.problems] == ["no parameter or resource Other"]
    assert isinstance(resolved.resources[1].properties["P"], Unresolved)


def test_unknown_macro_leaves_the_stack_open(tmp_path: Path) -> None:
    resolved = read(tmp_path, "Transform: Mine\nResources:\n  R: {Type: T, Properties: {P: !Ref MadeByMacro}}\n")
    assert [(part.reason, part.types) for part in resolved.stacks[0].open_parts] == [
        ("the macro Mine may change any resource", None)
    ]
    assert not resolved.problems


MAYBE = """\
Parameters: {Env: {Type: String}}
Conditions: {Prod: !Equals [!Ref Env, prod], Never: !And [!Condition Prod, !Equals [a, b]]}
Resources:
  A: {Type: T, Condition: Prod}
  B: {Type: T, Condition: Never}
  C:
    Type: T
    Properties: {P: !If [Prod, !Ref A, !Ref B], Q: !If [Prod, !Ref AWS::NoValue, x], S: !If [Never, !Ref B, x]}
  D: {Type: T, Properties: {P: !Ref B}}
  E: {Type: T, Condition: Prod, Properties: {P: !Ref B}}
"""


def test_resource_under_an_unresolved_condition_is_neither_present_nor_absent(tmp_path: Path) -> None:
    resolved = read(tmp_path, MAYBE, attribute_of=ids)
    conditions = {resource.logical_id: resource.condition for resource in resolved.resources}
    reason = "the condition Prod is not decided: the parameter Env has no value"
    assert conditions == {
        "A": Unresolved("'prod' = parameter net.Env", reason),
        "C": None,
        "D": None,
        "E": conditions["A"],
    }


def test_property_under_an_unresolved_condition_is_unresolved(tmp_path: Path) -> None:
    resolved = read(tmp_path, MAYBE, attribute_of=ids)
    values = next(resource for resource in resolved.resources if resource.logical_id == "C").properties
    assert isinstance(values["P"], Unresolved)
    assert isinstance(values["Q"], Unresolved)
    assert values["P"] != values["Q"]
    assert values["Q"].reason == "the condition Prod is not decided: the parameter Env has no value"
    assert values["S"] == "x"


def test_reference_to_an_absent_resource_is_a_problem(tmp_path: Path) -> None:
    (problem,) = read(tmp_path, MAYBE).problems
    assert problem.text == "the resource B is absent: its condition is false"
    assert problem.position is not None
    assert MAYBE.splitlines()[problem.position.line - 1].startswith("  D:")


def test_two_references_to_one_parameter_are_equal(tmp_path: Path) -> None:
    head = "Parameters: {V: {Type: 'AWS::EC2::VPC::Id'}, W: {Type: 'AWS::EC2::VPC::Id'}}"
    value, _ = value_of(tmp_path, "[!Ref V, !Ref V, !Ref W, !Sub 'x${V}', !Sub 'x${V}']", head)
    assert isinstance(value, list)
    assert isinstance(value[0], Identifier)
    assert value[0] == value[1] != value[2]
    assert value[3] == value[4]


def test_joined_unresolved_list_is_split_again(tmp_path: Path) -> None:
    head = "Parameters: {L: {Type: 'List<AWS::EC2::Subnet::Id>'}}"
    value, _ = value_of(tmp_path, "[!Join [',', !Ref L], !Split [',', !Join [',', !Ref L]], !Ref L]", head)
    assert isinstance(value, list)
    assert isinstance(value[0], JoinedList)
    assert value[1] == value[2]


def test_arn_with_unresolved_parts_is_split_at_its_colons(tmp_path: Path) -> None:
    text = "!Select [4, !Split [':', !Sub 'arn:${AWS::Partition}:ecr:${AWS::Region}:${AWS::AccountId}:repository/x']]"
    value, problems = value_of(tmp_path, text, account=None)
    assert (value, problems) == (Identifier("AWS::AccountId", "the account is not given"), [])


def test_null_and_octal_numbers_are_remarked(tmp_path: Path) -> None:
    resolved = read(tmp_path, "Resources:\n  R: {Type: T, Properties: {P: ~, A: 012345670123}}\n")
    assert resolved.resources[0].properties == {"A": "1402433619"}
    assert [remark.text for remark in resolved.problems] == ["no value: CloudFormation takes no null"]
    assert [remark.text for remark in resolved.notes] == [
        "012345670123 without quotes is an octal number, which CloudFormation reads as 1402433619"
    ]


def test_text_that_is_longer_than_a_template_is_a_problem(tmp_path: Path) -> None:
    head = f"Parameters: {{A: {{Type: String, Default: {'x' * 4000}}}}}"
    _, problems = value_of(tmp_path, f"!Join ['', [{', '.join(['!Ref A'] * 300)}]]", head)
    assert problems == ["a text of more than 1,048,576 characters"]


def test_list_in_the_place_of_a_text_is_unresolved() -> None:
    joined = join_texts(["x", ["a", {"b": "c"}]])
    assert joined == Unresolved("text ['a', {b: 'c'}]", "a list or a mapping stands for a text")


def test_identifier_may_contain_a_hyphen(tmp_path: Path) -> None:
    value, _ = value_of(tmp_path, "!Split ['-', !Ref AWS::Region]", region=None)
    assert isinstance(value, Unresolved)


def test_partial_text_differs_from_a_text_without_room_for_its_pieces(tmp_path: Path) -> None:
    head = "Parameters: {Open: {Type: String}}\nConditions:\n"
    head += "".join(f"  {name}: !Equals [!Sub 'ab${{Open}}ba', {name}]\n" for name in ("aba", "abba", "abxba", "xabba"))
    value, _ = value_of(tmp_path, "[!If [aba, 1, 2], !If [xabba, 1, 2]]", head)
    assert value == ["2", "2"]
    for name in ("abba", "abxba"):
        assert isinstance(value_of(tmp_path, f"!If [{name}, 1, 2]", head)[0], Unresolved)


def test_macros_of_a_list_are_read(tmp_path: Path) -> None:
    text = (
        "Transform: [AWS::LanguageExtensions, {Name: Mine}]\nResources:\n  R: {Type: T, Properties: {P: !Length [a]}}\n"
    )
    resolved = read(tmp_path, text)
    assert [part.reason for part in resolved.stacks[0].open_parts] == ["the macro Mine may change any resource"]
    assert resolved.resources[0].properties == {"P": "1"}


def test_loops_inside_loops_of_keys_are_bounded(tmp_path: Path) -> None:
    items = ", ".join(map(str, range(40)))
    keys = "{K: x}"
    for name in "ABCD":
        keys = f"{{'Fn::ForEach::{name}': [{name}, [{items}], {{'{name}${{{name}}}': {keys}}}]}}"
    text = f"Transform: AWS::LanguageExtensions\nResources:\n  R: {{Type: T, Properties: {{P: {keys}}}}}\n"
    assert {remark.text for remark in read(tmp_path, text).problems} == {
        "more turns of loops than a template has resources or keys"
    }
