"""Several stacks: exports, nested stacks, and resources that depend on each other."""

from pathlib import Path

from skerry.sources.cloudformation.values import Identifier, PartialText, Unresolved
from tests.sources.cloudformation.templates import ids, read

NET = """\
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
Outputs:
  Id: {Value: !Ref Vpc, Export: {Name: !Sub "${AWS::StackName}-Vpc"}}
"""
APP = """\
Parameters: {Network: {Type: String, Default: net}}
Resources:
  Group: {Type: AWS::EC2::SecurityGroup, Properties: {VpcId: !ImportValue {"Fn::Sub": "${Network}-Vpc"}}}
"""


def test_import_is_the_value_of_the_export(tmp_path: Path) -> None:
    resolved = read(tmp_path, {"app.yaml": APP, "net.yaml": NET}, attribute_of=ids)
    assert resolved.resources[0].properties["VpcId"] == "id-net-Vpc"
    assert resolved.exports == {"net-Vpc": "id-net-Vpc"}


def test_import_without_an_export_is_unresolved_and_hints_at_the_stack(tmp_path: Path) -> None:
    resolved = read(tmp_path, {"app.yaml": APP, "net.yaml": NET}, parameters={"Network": "prod"})
    value = resolved.resources[0].properties["VpcId"]
    assert value == Unresolved("export prod-Vpc", "no stack here exports prod-Vpc")
    (missing,) = resolved.missing_exports
    assert missing.text == f"no stack here exports prod-Vpc: name the stack of {tmp_path / 'net.yaml'} prod"
    assert missing.position is not None
    assert missing.position.line == 3
    assert not resolved.problems


def test_export_of_two_stacks_is_a_problem(tmp_path: Path) -> None:
    text = NET.replace('!Sub "${AWS::StackName}-Vpc"', "one")
    resolved = read(tmp_path, {"a.yaml": text, "b.yaml": text})
    assert [remark.text for remark in resolved.problems] == [
        f"the export one again: it is also at {tmp_path / 'a.yaml'}:4:3"
    ]


def test_export_under_a_false_condition_is_absent(tmp_path: Path) -> None:
    text = f"Conditions: {{Never: !Equals [a, b]}}\n{NET}".replace("Id: {", "Id: {Condition: Never, ")
    assert read(tmp_path, {"net.yaml": text}).exports == {}


def test_stacks_that_import_from_each_other_are_a_problem(tmp_path: Path) -> None:
    def stack(own: str, other: str) -> str:
        return (
            f"Resources:\n  R: {{Type: T, Properties: {{P: !ImportValue {other}}}}}\n"
            f"Outputs:\n  O: {{Value: x, Export: {{Name: {own}}}}}\n"
        )

    resolved = read(tmp_path, {"a.yaml": stack("a", "b"), "b.yaml": stack("b", "a")})
    assert [remark.text for remark in resolved.problems] == ["the stacks import from each other: a, b"]


PARENT = """\
Parameters: {Block: {Type: String, Default: 10.0.0.0/16}, Ids: {Type: "List<AWS::EC2::Subnet::Id>"}}
Conditions: {Maybe: !Equals [!Select [0, !Ref Ids], x]}
Resources:
  Child:
    Type: AWS::CloudFormation::Stack
    Condition: Maybe
    Properties:
      TemplateURL: ./nested/child.yaml
      Parameters: {Cidr: !Ref Block, Subnets: !Join [",", !Ref Ids]}
  Far: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: "https://s3.amazonaws.com/bucket/x/far.yaml"}}
  User: {Type: T, Properties: {Vpc: !GetAtt Child.Outputs.Vpc, Far: !GetAtt Far.Outputs.X}}
"""
CHILD = """\
Parameters: {Cidr: {Type: String}, Subnets: {Type: "List<AWS::EC2::Subnet::Id>"}}
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: !Ref Cidr, Subnets: !Ref Subnets, Name: !Ref AWS::StackName}}
Outputs: {Vpc: {Value: !Ref Vpc}}
"""


def test_nested_stack_takes_parameters_and_gives_outputs(tmp_path: Path) -> None:
    resolved = read(tmp_path, {"top.yaml": PARENT, "nested/child.yaml": CHILD}, "top.yaml", attribute_of=ids)
    parent, child = resolved.stacks
    vpc = resolved.resources[-1]
    assert (child.name, child.parent, vpc.stack) == ("top/Child", "top", "top/Child")
    assert vpc.properties["CidrBlock"] == "10.0.0.0/16"
    assert vpc.properties["Subnets"] == parent.parameters["Ids"]
    assert isinstance(vpc.properties["Name"], PartialText)
    assert vpc.properties["Name"].pieces[0] == "top-Child-"
    assert vpc.condition is not None
    assert vpc.condition.reason.startswith("the condition Maybe is not decided")
    user = next(resource for resource in resolved.resources if resource.logical_id == "User")
    assert user.properties["Vpc"] == "id-top/Child-Vpc"
    assert user.condition is None


def test_nested_template_that_is_not_here_leaves_the_stack_open(tmp_path: Path) -> None:
    resolved = read(tmp_path, {"top.yaml": PARENT, "nested/child.yaml": CHILD}, "top.yaml")
    (part,) = resolved.stacks[0].open_parts
    assert part.types is None
    assert "Far: its template bucket/x/far.yaml is not here" in part.reason
    user = next(resource for resource in resolved.resources if resource.logical_id == "User")
    assert isinstance(user.properties["Far"], Unresolved)


def test_nested_template_of_a_url_is_taken_from_the_folder_with_a_note(tmp_path: Path) -> None:
    files = {"top.yaml": PARENT, "nested/child.yaml": CHILD, "x/far.yaml": CHILD.replace("{Vpc:", "{X:")}
    resolved = read(tmp_path, files, "top.yaml", attribute_of=ids)
    assert [note.text for note in resolved.notes] == [f"the template of Far is taken from {tmp_path / 'x/far.yaml'}"]
    user = next(resource for resource in resolved.resources if resource.logical_id == "User")
    assert user.properties["Far"] == "id-top/Far-Vpc"


def test_template_that_nests_itself_is_a_problem(tmp_path: Path) -> None:
    text = "Resources:\n  A: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: net.yaml}}\n"
    resolved = read(tmp_path, text)
    assert [remark.text for remark in resolved.problems] == [f"A nests its own template {tmp_path / 'net.yaml'}"]


def test_nested_template_that_cannot_be_read_is_a_problem(tmp_path: Path) -> None:
    resolved = read(tmp_path, {"top.yaml": PARENT, "nested/child.yaml": "a: ["}, "top.yaml")
    assert [str(remark.position) for remark in resolved.problems] == [f"{tmp_path / 'nested/child.yaml'}:2:1"]
    assert resolved.resources


def test_output_that_a_nested_template_lacks_is_a_problem(tmp_path: Path) -> None:
    files = {"top.yaml": PARENT, "nested/child.yaml": CHILD.replace("{Vpc: {Value", "{Other: {Value")}
    assert [remark.text for remark in read(tmp_path, files, "top.yaml").problems] == [
        "the template of Child has no output Vpc"
    ]


def test_resources_that_depend_on_each_other_are_a_problem(tmp_path: Path) -> None:
    text = "Resources:\n  A: {Type: T, DependsOn: C}\n  B: {Type: T, Properties: {P: !Ref A}}\n"
    resolved = read(tmp_path, text + "  C: {Type: T, DependsOn: [B]}\n")
    assert [remark.text for remark in resolved.problems] == ["circular dependency between resources: A, C, B"]


def test_conditions_in_a_circle_are_a_problem(tmp_path: Path) -> None:
    text = "Conditions: {A: !Not [!Condition B], B: !Not [!Condition A]}\nResources:\n  R: {Type: T, Condition: A}\n"
    assert [remark.text for remark in read(tmp_path, text).problems] == ["the condition A depends on itself"]


def test_output_of_a_stack_by_its_name(tmp_path: Path) -> None:
    text = "Resources:\n  R: {Type: T, Properties: {P: {'Fn::GetStackOutput': {StackName: NAME, OutputName: Id}}}}\n"
    files = {"app.yaml": text.replace("NAME", "net"), "other.yaml": text.replace("NAME", "nothing"), "net.yaml": NET}
    first, second, _ = read(tmp_path, files, attribute_of=ids).resources
    assert first.properties["P"] == "id-net-Vpc"
    assert isinstance(second.properties["P"], Unresolved)


def test_stacks_of_one_file_name_get_numbers(tmp_path: Path) -> None:
    resolved = read(tmp_path, {"a/net.yaml": NET, "b/net.yaml": NET.replace("StackName}-Vpc", "StackName}-V")})
    assert [stack.name for stack in resolved.stacks] == ["net", "net-2"]


def test_region_and_account_that_are_not_given_are_unresolved(tmp_path: Path) -> None:
    text = 'Resources:\n  R: {Type: T, Properties: {P: !Select [1, !Split [":", !Sub "a:${AWS::Region}:b"]]}}\n'
    (resource,) = read(tmp_path, text, region=None, account=None).resources
    assert resource.properties["P"] == Identifier("AWS::Region", "the Region is not given")


def test_outputs_that_double_at_each_level_are_computed_once(tmp_path: Path) -> None:
    def level(number: int) -> str:
        nested = f"  N: {{Type: AWS::CloudFormation::Stack, Properties: {{TemplateURL: {number + 1}.yaml}}}}\n"
        value = '!Sub "${N.Outputs.O}${N.Outputs.O}"' if number < 19 else "''"
        return f"Resources:\n  R: {{Type: T}}\n{nested if number < 19 else ''}Outputs: {{O: {{Value: {value}}}}}\n"

    resolved = read(tmp_path, {f"{number}.yaml": level(number) for number in range(20)}, "0.yaml")
    assert resolved.stacks[0].outputs == {"O": ""}
    assert len(resolved.stacks) == 20


def test_nested_stacks_that_double_at_each_level_are_bounded(tmp_path: Path) -> None:
    def level(number: int) -> str:
        properties = f"{{TemplateURL: {number + 1}.yaml}}" if number < 15 else "{}"
        kind = "AWS::CloudFormation::Stack" if number < 15 else "T"
        return "Resources:\n" + "".join(f"  {name}: {{Type: {kind}, Properties: {properties}}}\n" for name in "AB")

    resolved = read(tmp_path, {f"{number}.yaml": level(number) for number in range(16)}, "0.yaml")
    assert len(resolved.stacks) == 500
    assert {remark.text for remark in resolved.problems} == {"more than 500 stacks"}
