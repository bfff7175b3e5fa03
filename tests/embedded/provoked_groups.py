"""Provocations of the rules for security groups."""

from typing import Any

from tests.embedded.provocations import HTTPS, Account, block, code_of, peer, provokes


@provokes("group-in-use")
def group_of_an_endpoint(account: Account) -> str:
    endpoint = account.interface()
    code = code_of(account.ec2.delete_security_group, GroupId=account.group)
    account.delete_endpoint(endpoint)
    account.ec2.delete_security_group(GroupId=account.group)
    return code


@provokes("group-in-use")
def group_of_an_interface(account: Account) -> str:
    account.ec2.create_network_interface(SubnetId=account.a, Groups=[account.group])
    return code_of(account.ec2.delete_security_group, GroupId=account.group)


@provokes("group-referenced")
def group_as_a_peer(account: Account) -> str:
    other = account.new_group("other")
    account.allow(peer(account.group), group=other)
    code = code_of(account.ec2.delete_security_group, GroupId=account.group)
    account.ec2.revoke_security_group_ingress(GroupId=other, IpPermissions=[HTTPS | peer(account.group)])
    account.allow(peer(account.group))  # itself: no obstacle
    account.ec2.delete_security_group(GroupId=account.group)
    return code


@provokes("group-of-deleting-endpoint")
def group_of_a_deleting_endpoint(account: Account) -> str:
    endpoint = account.interface()
    account.settings.deleting_seconds = 60
    account.delete_endpoint(endpoint)
    code = code_of(account.ec2.delete_security_group, GroupId=account.group)
    account.settings.advance(61)
    account.ec2.delete_security_group(GroupId=account.group)
    return code


@provokes("default-group-deleted")
def default_group(account: Account) -> str:
    only = [{"Name": "vpc-id", "Values": [account.vpc]}, {"Name": "group-name", "Values": ["default"]}]
    [group] = account.ec2.describe_security_groups(Filters=only)["SecurityGroups"]
    return code_of(account.ec2.delete_security_group, GroupId=group["GroupId"])


@provokes("group-unknown")
def unknown_group(account: Account) -> str:
    return code_of(account.ec2.delete_security_group, GroupId="sg-0123456789abcdef0")


@provokes("group-name-in-use")
def name_in_use(account: Account) -> str:
    account.new_group("tasks", account.new_vpc())
    return code_of(account.new_group, name="Tasks")


@provokes("group-name-default")
def name_default(account: Account) -> str:
    return code_of(account.new_group, name="Default")


@provokes("group-name-like-id")
def name_like_an_id(account: Account) -> str:
    return code_of(account.new_group, name="sg-tasks")


@provokes("group-description")
def description_of_other_characters(account: Account) -> str:
    asked = {"GroupName": "new", "VpcId": account.vpc}
    for text in ("for the tasks' endpoints", "d" * 256, "dienste für tasks"):
        assert code_of(account.ec2.create_security_group, Description=text, **asked) == "InvalidParameterValue"
    account.ec2.create_security_group(Description="d" * 255, **asked)
    return code_of(account.ec2.create_security_group, Description="<all>", **(asked | {"GroupName": "other"}))


@provokes("group-without-vpc")
def group_of_an_unknown_vpc(account: Account) -> str:
    return code_of(account.new_group, name="new", vpc="vpc-0123456789abcdef0")


@provokes("group-quota")
def too_many_groups(account: Account) -> str:
    groups = len(account.ec2.describe_security_groups()["SecurityGroups"])
    account.settings.quotas = {"L-E79EC296": groups + 1}
    account.new_group("last")
    return code_of(account.new_group, name="beyond")


@provokes("rule-exists")
def rule_again(account: Account) -> str:
    account.allow(block("10.0.1.0/24"))
    permissions = [HTTPS | block("10.0.2.0/24"), HTTPS | block("10.0.1.0/24")]
    code = code_of(account.ec2.authorize_security_group_ingress, GroupId=account.group, IpPermissions=permissions)
    assert [rule["CidrIpv4"] for rule in account.rules()] == ["10.0.1.0/24"]
    account.ec2.authorize_security_group_egress(GroupId=account.group, IpPermissions=permissions)
    return code


@provokes("rule-exists")
def rule_again_of_a_group_and_of_a_prefix_list(account: Account) -> str:
    lists = account.ec2.describe_prefix_lists()["PrefixLists"]
    prefixes = {"PrefixListIds": [{"PrefixListId": lists[0]["PrefixListId"]}]}
    codes = set()
    for other in (peer(account.group), prefixes, {"Ipv6Ranges": [{"CidrIpv6": "::/0"}]}):
        account.allow(other)
        permissions = [HTTPS | other]
        asked = {"GroupId": account.group, "IpPermissions": permissions}
        codes.add(code_of(account.ec2.authorize_security_group_ingress, **asked))
    [code] = codes
    return code


@provokes("rule-exists-described")
def rule_again_with_a_description(account: Account) -> str:
    account.allow(block("10.0.1.0/24", "first"))
    described = {"UserIdGroupPairs": [{"GroupId": account.group, "Description": "tasks"}]}
    account.allow(described)
    [rule] = [rule for rule in account.rules() if "ReferencedGroupInfo" in rule]
    assert rule["Description"] == "tasks"
    asked = {"GroupId": account.group, "IpPermissions": [HTTPS | peer(account.group)]}
    assert code_of(account.ec2.authorize_security_group_ingress, **asked) == "InvalidPermission.Duplicate"
    asked = {"GroupId": account.group, "IpPermissions": [HTTPS | block("10.0.1.0/24", "second")]}
    return code_of(account.ec2.authorize_security_group_ingress, **asked)


@provokes("rule-canonical")
def rule_with_host_bits(account: Account) -> str:
    account.allow(block("10.0.1.7/24"))
    assert [rule["CidrIpv4"] for rule in account.rules()] == ["10.0.1.0/24"]
    asked = {"GroupId": account.group, "IpPermissions": [HTTPS | block("10.0.1.9/24")]}
    return code_of(account.ec2.authorize_security_group_ingress, **asked)


@provokes("rule-twice-in-request")
def rule_twice(account: Account) -> str:
    permissions = [HTTPS | block("10.0.1.0/24"), HTTPS | block("10.0.1.0/24", "again")]
    asked = {"GroupId": account.group, "IpPermissions": permissions}
    code = code_of(account.ec2.authorize_security_group_ingress, **asked)
    assert account.rules() == []
    return code


@provokes("rule-description")
def rule_description_of_other_characters(account: Account) -> str:
    account.allow(block("10.0.1.0/24", "tasks: 443 (TCP) {of the service} * = $"))
    lists = account.ec2.describe_prefix_lists()["PrefixLists"]
    account.allow({"PrefixListIds": [{"PrefixListId": lists[0]["PrefixListId"], "Description": "of AWS"}]})
    assert [rule["Description"] for rule in account.rules() if "PrefixListId" in rule] == ["of AWS"]
    [group] = account.ec2.describe_security_groups(GroupIds=[account.group])["SecurityGroups"]
    assert group["IpPermissions"][0]["PrefixListIds"][0]["Description"] == "of AWS"
    asked = {"GroupId": account.group, "IpPermissions": [HTTPS | block("10.0.2.0/24", "the task's")]}
    return code_of(account.ec2.authorize_security_group_ingress, **asked)


@provokes("rule-peer-unknown")
def peer_of_another_vpc(account: Account) -> str:
    asked = {"GroupId": account.group, "IpPermissions": [HTTPS | peer("sg-0123456789abcdef0")]}
    assert code_of(account.ec2.authorize_security_group_ingress, **asked) == "InvalidGroup.NotFound"
    foreign = account.new_group("foreign", account.new_vpc())
    asked = {"GroupId": account.group, "IpPermissions": [HTTPS | peer(foreign)]}
    return code_of(account.ec2.authorize_security_group_ingress, **asked)


@provokes("rule-prefix-list-unknown")
def unknown_prefix_list(account: Account) -> str:
    permission = HTTPS | {"PrefixListIds": [{"PrefixListId": "pl-01234567"}]}
    return code_of(account.ec2.authorize_security_group_egress, GroupId=account.group, IpPermissions=[permission])


@provokes("rule-without-ports")
def rule_without_ports(account: Account) -> str:
    permission = {"IpProtocol": "tcp"} | block("10.0.1.0/24")
    return code_of(account.ec2.authorize_security_group_ingress, GroupId=account.group, IpPermissions=[permission])


@provokes("rule-malformed")
def malformed_rules(account: Account) -> str:
    authorize = account.ec2.authorize_security_group_ingress
    permissions: list[dict[str, Any]] = [{"FromPort": 443, "ToPort": 443} | block("10.0.1.0/24")]
    permissions += [HTTPS | block("10.0.1.0/33"), HTTPS | block("10.0.1")]
    codes = {code_of(authorize, GroupId=account.group, IpPermissions=[permission]) for permission in permissions}
    assert account.rules() == []
    [code] = codes
    return code


@provokes("rule-missing")
def request_without_rules(account: Account) -> str:
    authorize = account.ec2.authorize_security_group_ingress
    assert code_of(authorize, GroupId=account.group, IpPermissions=[HTTPS]) == "MissingParameter"
    account.ec2.authorize_security_group_ingress(GroupId=account.group, CidrIp="10.0.9.0/24", **HTTPS)
    [rule] = account.rules()
    update = {"SecurityGroupRuleId": rule["SecurityGroupRuleId"], "SecurityGroupRule": HTTPS}
    return code_of(account.ec2.modify_security_group_rules, GroupId=account.group, SecurityGroupRules=[update])


@provokes("rule-of-unknown-group")
def rule_of_an_unknown_group(account: Account) -> str:
    asked = {"GroupId": "sg-0123456789abcdef0", "IpPermissions": [HTTPS | block("10.0.1.0/24")]}
    code = code_of(account.ec2.authorize_security_group_egress, **asked)
    assert code_of(account.ec2.revoke_security_group_egress, **asked) == code
    return code


@provokes("modified-rule-peers")
def modify_with_two_peers(account: Account) -> str:
    account.allow(block("10.0.1.0/24"))
    [rule] = account.rules()
    new = HTTPS | {"CidrIpv4": "10.0.3.0/24", "ReferencedGroupId": account.group}
    update = {"SecurityGroupRuleId": rule["SecurityGroupRuleId"], "SecurityGroupRule": new}
    return code_of(account.ec2.modify_security_group_rules, GroupId=account.group, SecurityGroupRules=[update])


@provokes("rule-quota")
def too_many_rules(account: Account) -> str:
    account.allow({"IpRanges": [{"CidrIp": f"10.1.{number}.0/24"} for number in range(60)]})
    account.allow({"Ipv6Ranges": [{"CidrIpv6": f"2001:db8:{number}::/48"} for number in range(60)]})
    assert len(account.rules()) == 120
    asked = {"GroupId": account.group, "IpPermissions": [HTTPS | block("10.2.0.0/16")]}
    assert code_of(account.ec2.authorize_security_group_ingress, **asked) == "RulesPerSecurityGroupLimitExceeded"
    entries = [{"Cidr": f"10.3.{number}.0/24"} for number in range(2)]
    listed = account.ec2.create_managed_prefix_list(
        PrefixListName="own", MaxEntries=60, AddressFamily="IPv4", Entries=entries
    )["PrefixList"]["PrefixListId"]
    permission = HTTPS | {"PrefixListIds": [{"PrefixListId": listed}]}
    other = account.new_group("other")
    account.ec2.authorize_security_group_ingress(GroupId=other, IpPermissions=[permission])
    asked = {"GroupId": other, "IpPermissions": [HTTPS | block("10.2.0.0/16")]}
    return code_of(account.ec2.authorize_security_group_ingress, **asked)


@provokes("revoked-rule-unknown")
def revoke_an_unknown_rule(account: Account) -> str:
    account.allow(block("10.0.1.0/24", "tasks"))
    for permissions in ([block("10.0.1.0/24"), block("10.0.2.0/24")], [block("10.0.1.0/25")]):
        asked = {"GroupId": account.group, "IpPermissions": [HTTPS | permission for permission in permissions]}
        assert code_of(account.ec2.revoke_security_group_ingress, **asked) == "InvalidPermission.NotFound"
    assert len(account.rules()) == 1
    asked = {"GroupId": account.group, "IpPermissions": [HTTPS | block("10.0.1.0/24")]}
    revoked = account.ec2.revoke_security_group_ingress(**asked)["RevokedSecurityGroupRules"]
    assert [(rule["CidrIpv4"], rule["Description"]) for rule in revoked] == [("10.0.1.0/24", "tasks")]
    return code_of(account.ec2.revoke_security_group_ingress, **asked)


@provokes("revoked-rule-unknown")
def revoke_an_unknown_outbound_rule(account: Account) -> str:
    everything = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    permissions = [everything, HTTPS | block("10.0.2.0/24")]
    asked = {"GroupId": account.group, "IpPermissions": permissions}
    code = code_of(account.ec2.revoke_security_group_egress, **asked)
    answer = account.ec2.revoke_security_group_egress(GroupId=account.group, IpPermissions=[everything])
    [rule] = answer["RevokedSecurityGroupRules"]
    assert (rule["IsEgress"], rule["CidrIpv4"], rule["FromPort"]) == (True, "0.0.0.0/0", -1)
    return code


@provokes("revoked-rule-of-default-vpc")
def revoke_in_a_default_vpc(account: Account) -> str:
    [vpc] = account.ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"]
    group = account.new_group(f"of-{account.vpc}", vpc["VpcId"])
    account.allow(block("10.0.1.0/24"), group=group)
    permissions = [HTTPS | block("10.0.1.0/24"), HTTPS | block("10.0.2.0/24")]
    answer = account.ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=permissions)
    assert answer["UnknownIpPermissions"] == [HTTPS | block("10.0.2.0/24")]
    assert account.rules(group) == []
    return ""


@provokes("revoked-rule-id-unknown")
def revoke_an_unknown_id(account: Account) -> str:
    account.allow(block("10.0.1.0/24"))
    [rule] = account.rules()
    revoke = account.ec2.revoke_security_group_ingress
    account.ec2.revoke_security_group_ingress(GroupId=account.group, SecurityGroupRuleIds=[rule["SecurityGroupRuleId"]])
    assert account.rules() == []
    return code_of(revoke, GroupId=account.group, SecurityGroupRuleIds=[rule["SecurityGroupRuleId"]])


@provokes("modified-into-duplicate")
def modify_into_a_duplicate(account: Account) -> str:
    account.allow(block("10.0.1.0/24"), block("10.0.2.0/24"))
    first, second = account.rules()
    before = account.rules()
    updates = [
        {"SecurityGroupRuleId": first["SecurityGroupRuleId"], "SecurityGroupRule": HTTPS | {"CidrIpv4": "10.0.3.0/24"}},
        {
            "SecurityGroupRuleId": second["SecurityGroupRuleId"],
            "SecurityGroupRule": HTTPS | {"CidrIpv4": "10.0.3.9/24"},
        },
    ]
    code = code_of(account.ec2.modify_security_group_rules, GroupId=account.group, SecurityGroupRules=updates)
    assert account.rules() == before
    account.ec2.modify_security_group_rules(GroupId=account.group, SecurityGroupRules=updates[:1])
    return code


@provokes("modified-rule-unknown")
def modify_an_unknown_rule(account: Account) -> str:
    update = {"SecurityGroupRuleId": "sgr-0123456789abcdef0", "SecurityGroupRule": HTTPS | {"CidrIpv4": "10.0.3.0/24"}}
    return code_of(account.ec2.modify_security_group_rules, GroupId=account.group, SecurityGroupRules=[update])


@provokes("modified-rule-changes")
def modify_a_rule(account: Account) -> str:
    other = account.new_group("other")
    tags = [{"ResourceType": "security-group-rule", "Tags": [{"Key": "Name", "Value": "peer"}]}]
    account.allow(peer(other), TagSpecifications=tags)
    [before] = account.rules()
    new = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 81, "ReferencedGroupId": account.group, "Description": "own"}
    update = {"SecurityGroupRuleId": before["SecurityGroupRuleId"], "SecurityGroupRule": new}
    account.ec2.modify_security_group_rules(GroupId=account.group, SecurityGroupRules=[update])
    [after] = account.rules()
    assert after["ReferencedGroupInfo"]["GroupId"] == account.group
    assert (after["FromPort"], after["ToPort"], after["Description"]) == (80, 81, "own")
    assert (after["SecurityGroupRuleId"], after["Tags"]) == (before["SecurityGroupRuleId"], before["Tags"])
    update["SecurityGroupRule"] = HTTPS | {"CidrIpv4": "10.0.0.0/16"}
    asked = {"GroupId": account.group, "SecurityGroupRules": [update]}
    assert code_of(account.ec2.modify_security_group_rules, **asked) == "InvalidParameterValue"
    return ""
