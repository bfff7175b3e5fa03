"""Expressions of templates with the values that AWS's pages give them, labelled before the resolver was written out.

``U``: not known from the input. ``E``: CloudFormation refuses the template. Other labels are the values.
Pages: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
"""

from typing import Any, Final

U, E = "U", "E"

HEAD: Final = """\
Transform: AWS::LanguageExtensions
Parameters:
  Env: {Type: String, Default: prod, AllowedValues: [prod, dev]}
  Names: {Type: CommaDelimitedList, Default: "a, b,,c"}
  Vpc: {Type: "AWS::EC2::VPC::Id"}
  Subnets: {Type: "List<AWS::EC2::Subnet::Id>"}
  Secret: {Type: String, NoEcho: true, Default: hush}
  Image: {Type: "AWS::SSM::Parameter::Value<String>", Default: /image}
  ParameterName: {Type: "AWS::SSM::Parameter::Name", Default: /image}
  Stage: {Type: String, AllowedValues: [dev, prod]}
  Number: {Type: Number, Default: 08}
Mappings:
  Sizes:
    prod: {cidr: 10.0.0.0/16, list: [x, y]}
    dev: {cidr: 10.1.0.0/16, list: [z]}
    same: {a: 1}
  "111122223333": {eu-west-1: {name: own}}
Conditions:
  Yes: !Equals [!Ref Env, prod]
  No: !Not [!Condition Yes]
  Open: !Equals [!Ref Stage, prod]
  Closed: !Equals [!Ref Stage, test]
  Either: !Or [!Condition Yes, !Condition Open]
  Both: !And [!Condition No, !Condition Open]
  SameVpc: !Equals [!Ref Vpc, !Ref Vpc]
"""

CASES: Final[dict[str, tuple[str, Any]]] = {
    "sub with spaces": ('!Sub "${ Env }-x"', "prod-x"),
    "sub literal": ('!Sub "${!Env}-${Env}"', "${Env}-prod"),
    "sub literal of an IAM variable": ('!Sub "user/${!aws:username}"', "user/${aws:username}"),
    "sub with a table": ('!Sub ["${A}${Env}", {A: !Ref Number, Env: shadow}]', "08shadow"),
    "sub of an unknown name": ('!Sub "${Nothing}"', E),
    "sub of a list": ('!Sub "${Names}"', E),
    "sub of an empty variable": ('!Sub "a${}b"', E),
    "join of booleans": ('!Join [",", [true, no, 1]]', "true,false,1"),
    "join without NoValue": ('!Join [",", [a, !Ref "AWS::NoValue", b]]', "a,b"),
    "join of a list parameter": ('!Join ["|", !Ref Names]', "a|b||c"),
    "join of an unknown list is split again": ('!Split [",", !Join [",", !Ref Subnets]]', U),
    "split keeps empty parts": ('!Split [",", "a,,c,"]', ["a", "", "c", ""]),
    "select with text": ('!Select ["1", !Ref Names]', "b"),
    "select out of range": ("!Select [4, !Ref Names]", E),
    "select negative": ("!Select [-1, !Ref Names]", E),
    "select of zones": ('!Select [0, !GetAZs ""]', U),
    "map": ("!FindInMap [Sizes, !Ref Env, cidr]", "10.0.0.0/16"),
    "map of a list": ("!FindInMap [Sizes, prod, list]", ["x", "y"]),
    "map by account": ('!FindInMap ["111122223333", !Ref "AWS::Region", name]', "own"),
    "map without the key": ("!FindInMap [Sizes, Prod, cidr]", E),
    "map with a default": ("!FindInMap [Sizes, test, cidr, {DefaultValue: none}]", "none"),
    "map by an unknown key": ("!FindInMap [Sizes, !Ref Stage, cidr]", U),
    "if true": ("!If [Yes, 1, 2]", "1"),
    "if false": ("!If [No, 1, 2]", "2"),
    "if unknown": ("!If [Open, 1, 2]", U),
    "if unknown with equal branches": ("!If [Open, 1, 1]", "1"),
    "if by a value that is not allowed": ("!If [Closed, 1, 2]", "2"),
    "if of an or with one true": ("!If [Either, 1, 2]", "1"),
    "if of an and with one false": ("!If [Both, 1, 2]", "2"),
    "if of a parameter with itself": ("!If [SameVpc, 1, 2]", "1"),
    "if of no condition": ("!If [Nothing, 1, 2]", E),
    "if with NoValue in a list": ('[!If [No, a, !Ref "AWS::NoValue"], b]', ["b"]),
    "cidr": ("!Cidr [10.0.0.0/24, 3, 5]", ["10.0.0.0/27", "10.0.0.32/27", "10.0.0.64/27"]),
    "cidr of texts": ('!Cidr ["10.0.0.0/24", "2", "4"]', ["10.0.0.0/28", "10.0.0.16/28"]),
    "cidr of IPv6": ("!Cidr ['fd00:0:0:ab00::/56', 2, 64]", ["fd00:0:0:ab00::/64", "fd00:0:0:ab01::/64"]),
    "cidr with too many blocks": ("!Cidr [10.0.0.0/24, 9, 5]", E),
    "cidr with host bits": ("!Cidr [10.0.0.1/24, 1, 5]", U),
    "cidr of an unknown block": ("!Cidr [!GetAtt Other.CidrBlock2, 1, 5]", U),
    "base64": ("!Base64 abc", "YWJj"),
    "length": ("!Length [a, b]", "2"),
    "length of a parameter": ("{'Fn::Length': !Ref Names}", "4"),
    "json": ("!ToJsonString {a: 1, b: true, c: !Ref Env, d: [x]}", '{"a":1,"b":true,"c":"prod","d":["x"]}'),
    "secret parameter": ("!Ref Secret", U),
    "text with a secret parameter": ('!Sub "x-${Secret}"', U),
    "parameter of Parameter Store": ("!Ref Image", U),
    "name of a parameter of Parameter Store": ("!Ref ParameterName", "/image"),
    "reference by a function": ("{Ref: {'Fn::Join': ['', [E, nv]]}}", "prod"),
    "number keeps its text": ("!Ref Number", "08"),
    "dynamic reference": ("'{{resolve:secretsmanager:db:SecretString:password}}'", U),
    "dynamic reference in a text": ("'a{{resolve:ssm:/x:1}}b'", U),
    "octal account id": ("012345670123", "1402433619"),
    "account id with an 8": ("012345678901", "012345678901"),
    "quoted account id": ("'012345670123'", "012345670123"),
    "boolean of YAML 1.1": ("[yes, Off, y]", ["true", "false", "y"]),
    "date": ("2012-10-17", "2012-10-17"),
    "version": ("1.10", "1.10"),
    "time": ("22:30", U),
    "null": ("~", E),
    "unknown function": ("!Concat [a, b]", E),
    "unknown function in its long form": ("{'Fn::Concat': [a]}", E),
    "condition function in a property": ("!Equals [a, a]", E),
    "transform": ("{'Fn::Transform': {Name: M, Parameters: {}}}", U),
    "pseudo parameters": (
        '!Sub "${AWS::Partition} ${AWS::URLSuffix} ${AWS::AccountId}"',
        "aws amazonaws.com 111122223333",
    ),
    "unknown pseudo parameter": ('!Ref "AWS::Nothing"', E),
    "import without an export": ("!ImportValue nothing", U),
    "explicit text": ("!!str 0755", "0755"),
    "binary": ("!!binary aGVsbG8=", E),
    "attribute of no resource": ("!GetAtt Nothing.Arn", E),
    "attribute with a short form and dots": ("!GetAtt Other.Outputs.X", U),
    "reference to the own resource": ("!Ref R", E),
}
