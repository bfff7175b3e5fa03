"""Templates read from files, with their values, places and problems."""

from pathlib import Path

from skerry.sources.cloudformation.values import AttributeReference, PartialText, Unresolved
from tests.sources.cloudformation.templates import ids, read, value_of

NETWORK = """\
Parameters:
  VpcCidr: {Type: String, Default: 10.0.0.0/16}
  SubnetIds: {Type: "List<AWS::EC2::Subnet::Id>"}
Resources:
  Vpc:
    Type: AWS::EC2::VPC
    Properties:
      CidrBlock: !Ref VpcCidr
      EnableDnsSupport: yes
  Group:
    Type: AWS::EC2::SecurityGroup
    DependsOn: Vpc
    Properties:
      GroupName: !Join ["-", [!Ref "AWS::Region", web]]
      VpcId: !Ref Vpc
      SecurityGroupIngress:
        - !Ref AWS::NoValue
        - IpProtocol: tcp
          FromPort: 443
          CidrIp: !GetAtt Vpc.CidrBlock
  Service:
    Type: AWS::ECS::Service
    Properties:
      Subnets: !Ref SubnetIds
      Role: {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/${Group}"}
"""


def test_values_of_resources_are_texts_and_ids(tmp_path: Path) -> None:
    resolved = read(tmp_path, NETWORK, attribute_of=ids)
    vpc, group, service = resolved.resources
    assert vpc.properties == {"CidrBlock": "10.0.0.0/16", "EnableDnsSupport": "true"}
    assert group.properties == {
        "GroupName": "eu-west-1-web",
        "VpcId": "id-net-Vpc",
        "SecurityGroupIngress": [{"IpProtocol": "tcp", "FromPort": "443", "CidrIp": "10.0.0.0/16"}],
    }
    assert group.depends_on == ("Vpc",)
    assert service.properties["Role"] == "arn:aws:iam::111122223333:role/id-net-Group"
    assert service.properties["Subnets"] == resolved.stacks[0].parameters["SubnetIds"]
    assert isinstance(service.properties["Subnets"], Unresolved)
    assert not resolved.problems


def test_positions_lead_to_the_nodes_of_values(tmp_path: Path) -> None:
    group = read(tmp_path, NETWORK).resources[1]
    assert str(group.position).endswith("net.yaml:10:3")
    assert group.position_of("SecurityGroupIngress", 0, "CidrIp").line == 20
    assert group.key_position_of("SecurityGroupIngress", 0, "CidrIp").column == 11
    assert group.position_of("VpcId", "nothing").line == 15
    assert group.lines_of("SecurityGroupIngress") == (16, 20)
    assert group.lines_of() == (10, 20)


def test_attributes_known_after_deployment_are_references(tmp_path: Path) -> None:
    service = read(tmp_path, NETWORK).resources[2]
    assert service.properties["Role"] == PartialText(
        ("arn:aws:iam::111122223333:role/", AttributeReference("net", "Group", "Ref"))
    )


def test_json_template_is_read_like_yaml(tmp_path: Path) -> None:
    text = '{"Resources": {\n\t"Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"Tags": "\\ud83d\\ude00/\\/", "N": 1}}}}'
    resolved = read(tmp_path, {"net.json": text})
    assert resolved.resources[0].properties == {"Tags": "\U0001f600//", "N": "1"}


def test_given_parameters_replace_defaults(tmp_path: Path) -> None:
    resolved = read(tmp_path, NETWORK, parameters={"VpcCidr": "10.9.0.0/16", "net.SubnetIds": "subnet-1, subnet-2"})
    assert resolved.resources[0].properties["CidrBlock"] == "10.9.0.0/16"
    assert resolved.resources[2].properties["Subnets"] == ["subnet-1", "subnet-2"]


def test_parameter_that_no_template_declares_is_a_problem(tmp_path: Path) -> None:
    resolved = read(tmp_path, NETWORK, parameters={"Vpc": "x"})
    assert [remark.text for remark in resolved.problems] == ["no template has a parameter Vpc"]


def test_template_that_cannot_be_read_leaves_the_others(tmp_path: Path) -> None:
    resolved = read(tmp_path, {"bad.yaml": "Resources:\n  A: [\n", "net.yaml": NETWORK})
    assert [stack.name for stack in resolved.stacks] == ["net"]
    assert [remark.position and remark.position.line for remark in resolved.problems] == [3]


def test_reference_to_no_resource_is_a_problem_with_its_line(tmp_path: Path) -> None:
    value, problems = value_of(tmp_path, "!Ref Nowhere")
    assert isinstance(value, Unresolved)
    assert problems == ["no parameter or resource Nowhere"]


def test_position_leads_to_the_branch_of_a_decided_condition(tmp_path: Path) -> None:
    text = "Conditions: {Yes: !Equals [a, a]}\nResources:\n  R:\n    Type: T\n    Properties:\n      P: !If\n"
    text += "        - Yes\n        - K: 1\n        - K: 2\n      Q: {'Fn::If': [Nothing]}\n"
    resource = read(tmp_path, text).resources[0]
    assert resource.position_of("P", "K").line == 8
    assert resource.position_of("Q", "K").line == 10
