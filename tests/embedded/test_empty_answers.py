"""What moto has no answer for is answered as AWS does for an account that never used it."""

import pytest
from botocore.exceptions import ClientError

from skerry.aws.session import ClientFactory


class TestBlockPublicAccess:
    def test_vpc_block_public_access_is_off_by_default(self, aws: ClientFactory) -> None:
        found = aws("ec2").describe_vpc_block_public_access_options()["VpcBlockPublicAccessOptions"]
        assert (found["AwsRegion"], found["InternetGatewayBlockMode"]) == ("eu-west-1", "off")


@pytest.mark.parametrize(
    ("service", "call", "asked", "key"),
    [
        ("ec2", "describe_vpc_block_public_access_exclusions", {}, "VpcBlockPublicAccessExclusions"),
        ("ec2", "describe_security_group_vpc_associations", {}, "SecurityGroupVpcAssociations"),
        ("route53resolver", "list_firewall_rule_group_associations", {}, "FirewallRuleGroupAssociations"),
        ("route53profiles", "list_profile_associations", {}, "ProfileAssociations"),
        ("route53profiles", "list_profile_resource_associations", {"ProfileId": "rp-1"}, "ProfileResourceAssociations"),
        ("ecr", "describe_pull_through_cache_rules", {}, "pullThroughCacheRules"),
        ("s3files", "list_mount_targets", {}, "mountTargets"),
    ],
)
def test_listings_are_empty_in_unused_account(
    aws: ClientFactory, service: str, call: str, asked: dict[str, str], key: str
) -> None:
    assert getattr(aws(service), call)(**asked)[key] == []


class TestGroupsForVpc:
    def test_groups_for_a_vpc_are_its_own_groups(self, aws: ClientFactory) -> None:
        vpc, other = (
            aws("ec2").create_vpc(CidrBlock=block)["Vpc"]["VpcId"] for block in ("10.0.0.0/16", "10.1.0.0/16")
        )
        made = aws("ec2").create_security_group(GroupName="web", Description="w", VpcId=vpc)["GroupId"]
        rows = aws("ec2").get_security_groups_for_vpc(VpcId=vpc)["SecurityGroupForVpcs"]
        assert made in {row["GroupId"] for row in rows}
        assert {(row["PrimaryVpcId"], row["OwnerId"]) for row in rows} == {(vpc, "123456789012")}
        there = aws("ec2").get_security_groups_for_vpc(VpcId=other)["SecurityGroupForVpcs"]
        assert [row["GroupName"] for row in there] == ["default"]

    def test_groups_for_a_missing_vpc_are_refused(self, aws: ClientFactory) -> None:
        with pytest.raises(ClientError, match=r"InvalidVpcID.NotFound"):
            aws("ec2").get_security_groups_for_vpc(VpcId="vpc-0123456789abcdef0")


class TestCapacityProviders:
    def test_capacity_providers_are_all_listed_if_no_name_is_given(self, aws: ClientFactory) -> None:
        group = {"autoScalingGroupArn": "arn:aws:autoscaling:eu-west-1:123456789012:autoScalingGroup:1:name/hosts"}
        aws("ecs").create_capacity_provider(name="hosts", autoScalingGroupProvider=group)
        assert [row["name"] for row in aws("ecs").describe_capacity_providers()["capacityProviders"]] == ["hosts"]

    def test_missing_capacity_provider_is_reported_as_failure(self, aws: ClientFactory) -> None:
        found = aws("ecs").describe_capacity_providers(capacityProviders=["none"])
        assert (found["capacityProviders"], found["failures"][0]["reason"]) == ([], "MISSING")
