"""Stand-ins for accounts, names and addresses: the same for the same, and blocks within blocks."""

from ipaddress import ip_network
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skerry.sources.redaction import Redaction
from skerry.sources.redaction.addresses import AddressStandIns
from skerry.sources.redaction.resource_names import NameStandIns

ARN = "arn:aws:ecs:eu-west-1:123456789012"
DOCUMENT = (
    f'{{"services": [{{"serviceName": "shop-api", "serviceArn": "{ARN}:service/prod/shop-api",'
    f' "clusterArn": "{ARN}:cluster/prod", "taskDefinition": "{ARN}:task-definition/orders:7"}}],'
    ' "Subnets": [{"SubnetId": "subnet-0123456789abcdef0", "CidrBlock": "10.42.7.0/24",'
    ' "Tags": [{"Key": "Name", "Value": "payments a"}]}],'
    ' "secrets": [{"valueFrom": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:vault/db-AbCdEf"}],'
    ' "images": ["210987654321.dkr.ecr.eu-west-1.amazonaws.com/team/web:1.0", "arn:aws:s3:::bills/env"],'
    ' "roles": ["arn:aws:iam::123456789012:role/launcher", "arn:aws:iam::aws:policy/service-role/Managed"]}'
)


@pytest.fixture(scope="module")
def names() -> NameStandIns:
    return NameStandIns([DOCUMENT.encode()], [])


@pytest.mark.parametrize(
    ("text", "replaced"),
    [
        ("shop-api cannot start", "service-1 cannot start"),
        (f"{ARN}:service/prod/shop-api", "arn:aws:ecs:eu-west-1:000000000001:service/cluster-1/service-1"),
        (f"{ARN}:task-definition/orders:7", "arn:aws:ecs:eu-west-1:000000000001:task-definition/task-definition-1:7"),
        ("vault/db and vault/db-AbCdEf", "secret-1/secret-2 and secret-1/secret-2"),
        (
            "210987654321.dkr.ecr.eu-west-1.amazonaws.com/team/web:1.0",
            "000000000002.dkr.ecr.eu-west-1.amazonaws.com/repository-1/repository-2:1.0",
        ),
        ("subnet-0123456789abcdef0 payments a", "subnet-0123456789abcdef0 name-1"),
        ("arn:aws:s3:::bills/env", "arn:aws:s3:::bucket-1/bucket-2"),
        ("arn:aws:iam::aws:policy/service-role/Managed", "arn:aws:iam::aws:policy/service-role/Managed"),
        ("a number 999999999999 and shop-apis", "a number 999999999999 and shop-apis"),
    ],
)
def test_names_and_accounts_have_one_stand_in_each(names: NameStandIns, text: str, replaced: str) -> None:
    assert names.replace(text) == replaced


def test_words_of_skerry_stay() -> None:
    document = b'{"services": [{"serviceName": "logs"}, {"serviceName": "blocked"}]}'
    assert NameStandIns([document], []).replace("logs blocked") == "logs blocked"


BLOCKS = (
    "10.42.0.0/16",
    "10.42.7.0/24",
    "10.42.9.0/24",
    "10.43.0.0/16",
    "192.168.5.0/24",
    "203.0.113.0/24",
    "203.0.113.9",
)


def test_blocks_keep_length_order_and_containment() -> None:
    stand_ins = AddressStandIns(BLOCKS)
    replaced = [stand_ins.replace(block) for block in BLOCKS]
    before, after = map(ip_network, BLOCKS), map(ip_network, replaced)
    pairs = list(zip(before, after, strict=True))
    for (one, new_one), (other, new_other) in combinations(pairs, 2):
        assert one.subnet_of(other) == new_one.subnet_of(new_other)  # type: ignore[arg-type]
        assert other.subnet_of(one) == new_other.subnet_of(new_one)  # type: ignore[arg-type]
    assert all(one.prefixlen == new.prefixlen and one.is_private == new.is_private for one, new in pairs[:5])
    assert not {"42", "43", "203"} & {part for text in replaced for part in text.replace("/", ".").split(".")[:2]}


@given(st.lists(st.ip_addresses(v=4).map(str), min_size=2, max_size=8, unique=True))
def test_different_addresses_have_different_stand_ins(addresses: list[str]) -> None:
    stand_ins = AddressStandIns(addresses)
    assert len({stand_ins.replace(address) for address in addresses}) == len(addresses)


@pytest.mark.parametrize(
    "text",
    [
        "0.0.0.0/0",
        "::/0",
        "127.0.0.1",
        "169.254.169.253",
        "at 12:30:45",
        "version 1.4.0",
        "300.1.1.1",
        "10.0.0.0/99",
        "arn:aws:s3:::x",
    ],
)
def test_addresses_without_a_place_of_their_own_and_other_numbers_stay(text: str) -> None:
    assert AddressStandIns([text]).replace(text) == text


def test_ipv6_blocks_and_host_names_by_address_are_replaced() -> None:
    stand_ins = AddressStandIns(["2600:1f18:4321::/56", "10.42.7.9"])
    assert stand_ins.replace("2600:1f18:4321::/56") == "2001:db8::/56"
    assert stand_ins.replace("ip-10-42-7-9.ec2.internal") == "ip-10-0-0-0.ec2.internal"


def test_redaction_of_the_network_is_asked_for() -> None:
    documents = {"a.json": DOCUMENT.encode()}
    for of_network, replaced in ((False, "shop-api 10.42.7.0/24"), (True, "service-1 10.0.0.0/24")):
        redaction = Redaction(of_network=of_network)
        redaction.learn(documents)
        assert redaction.replace_names("shop-api 10.42.7.0/24") == replaced
