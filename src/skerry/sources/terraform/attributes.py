"""The attributes that are read, by the type of resource: no other value of a plan or state is kept.

A plan as JSON holds every secret of the configuration in clear text:
https://developer.hashicorp.com/terraform/cli/commands/show#json-output.
"""

from typing import Final

_ROUTE = (
    *("gateway_id", "nat_gateway_id", "transit_gateway_id", "vpc_peering_connection_id", "network_interface_id"),
    *("egress_only_gateway_id", "carrier_gateway_id", "local_gateway_id", "core_network_arn", "vpc_endpoint_id"),
    *("instance_id", "odb_network_arn"),
)
_RULE = ("cidr_ipv4", "cidr_ipv6", "from_port", "ip_protocol", "prefix_list_id", "referenced_security_group_id")

ATTRIBUTES: Final[dict[str, tuple[str, ...]]] = {
    "aws_availability_zones": (),
    "aws_batch_compute_environment": ("arn", "compute_environment_name", "compute_resources", "name", "state"),
    "aws_batch_job_definition": (
        *("arn", "container_properties", "ecs_properties", "name", "platform_capabilities", "type"),
    ),
    "aws_batch_job_queue": ("arn", "compute_environment_order", "compute_environments", "name", "state"),
    "aws_caller_identity": ("account_id",),
    "aws_cloudwatch_event_rule": ("arn", "is_enabled", "name", "schedule_expression", "state"),
    "aws_cloudwatch_event_target": ("arn", "batch_target", "ecs_target", "event_bus_name", "rule", "target_id"),
    "aws_cloudwatch_log_group": ("arn", "name"),
    "aws_default_network_acl": ("default_network_acl_id", "egress", "ingress", "vpc_id"),
    "aws_default_route_table": ("default_route_table_id", "route", "vpc_id"),
    "aws_default_security_group": ("egress", "ingress", "vpc_id"),
    "aws_ec2_managed_prefix_list": ("entry", "name"),
    "aws_ec2_managed_prefix_list_entry": ("cidr", "prefix_list_id"),
    "aws_ec2_transit_gateway": (
        *("association_default_route_table_id", "default_route_table_association", "default_route_table_propagation"),
        *("propagation_default_route_table_id", "security_group_referencing_support"),
    ),
    "aws_ec2_transit_gateway_route": (
        *("blackhole", "destination_cidr_block", "transit_gateway_attachment_id", "transit_gateway_route_table_id"),
    ),
    "aws_ec2_transit_gateway_route_table": ("transit_gateway_id",),
    "aws_ec2_transit_gateway_route_table_association": (
        "transit_gateway_attachment_id",
        "transit_gateway_route_table_id",
    ),
    "aws_ec2_transit_gateway_route_table_propagation": (
        "transit_gateway_attachment_id",
        "transit_gateway_route_table_id",
    ),
    "aws_ec2_transit_gateway_vpc_attachment": (
        *("appliance_mode_support", "ipv6_support", "security_group_referencing_support", "subnet_ids"),
        *("transit_gateway_default_route_table_association", "transit_gateway_default_route_table_propagation"),
        *("transit_gateway_id", "vpc_id"),
    ),
    "aws_ecr_repository": ("arn", "name", "repository_url"),
    "aws_ecs_cluster": ("arn", "cluster_name", "name", "capacity_providers", "default_capacity_provider_strategy"),
    "aws_ecs_cluster_capacity_providers": ("cluster_name", "default_capacity_provider_strategy"),
    "aws_ecs_service": (
        *("capacity_provider_strategy", "cluster", "deployment_controller", "enable_execute_command", "launch_type"),
        *("name", "network_configuration", "platform_version", "service_connect_configuration", "task_definition"),
    ),
    "aws_ecs_task_definition": (
        *("arn", "container_definitions", "cpu", "execution_role_arn", "family", "memory", "network_mode", "revision"),
        *("requires_compatibilities", "runtime_platform", "task_definition", "task_role_arn", "volume"),
    ),
    "aws_efs_access_point": ("arn", "file_system_id"),
    "aws_efs_file_system": ("arn",),
    "aws_efs_mount_target": ("file_system_id", "ip_address", "network_interface_id", "security_groups", "subnet_id"),
    "aws_egress_only_internet_gateway": ("vpc_id",),
    "aws_eip": ("instance", "network_interface"),
    "aws_eip_association": ("instance_id", "network_interface_id"),
    "aws_iam_policy": ("arn", "policy"),
    "aws_iam_policy_attachment": ("policy_arn", "roles"),
    "aws_iam_policy_document": (
        *("override_json", "override_policy_documents", "source_json", "source_policy_documents", "statement"),
        "version",
    ),
    "aws_iam_role": (
        *("arn", "assume_role_policy", "inline_policy", "managed_policy_arns", "name", "permissions_boundary"),
    ),
    "aws_iam_role_policy": ("name", "policy", "role"),
    "aws_iam_role_policy_attachment": ("policy_arn", "role"),
    "aws_iam_role_policy_attachments_exclusive": ("policy_arns", "role_name"),
    "aws_instance": (
        *(
            "associate_public_ip_address",
            "network_interface",
            "primary_network_interface",
            "primary_network_interface_id",
        ),
        *("private_ip", "source_dest_check", "subnet_id", "vpc_security_group_ids"),
    ),
    "aws_internet_gateway": ("vpc_id",),
    "aws_internet_gateway_attachment": ("internet_gateway_id", "vpc_id"),
    "aws_kms_key": ("arn", "key_id"),
    "aws_main_route_table_association": ("route_table_id", "vpc_id"),
    "aws_nat_gateway": ("availability_mode", "connectivity_type", "private_ip", "subnet_id", "vpc_id"),
    "aws_network_acl": ("egress", "ingress", "subnet_ids", "vpc_id"),
    "aws_network_acl_association": ("network_acl_id", "subnet_id"),
    "aws_network_acl_rule": (
        *("cidr_block", "egress", "from_port", "ipv6_cidr_block", "network_acl_id", "protocol", "rule_action"),
        *("rule_number", "to_port"),
    ),
    "aws_network_interface": ("private_ip", "private_ips", "security_groups", "source_dest_check", "subnet_id"),
    "aws_network_interface_attachment": ("instance_id", "network_interface_id"),
    "aws_networkfirewall_firewall": ("firewall_status", "subnet_mapping", "vpc_id"),
    "aws_partition": (),
    "aws_prefix_list": ("name",),
    "aws_region": ("name",),
    "aws_route": (
        *("destination_cidr_block", "destination_ipv6_cidr_block", "destination_prefix_list_id", "route_table_id"),
        *_ROUTE,
    ),
    "aws_route53_record": (
        *("alias", "health_check_id", "multivalue_answer_routing_policy", "name", "records", "set_identifier", "type"),
        *("weighted_routing_policy", "zone_id"),
    ),
    "aws_route53_resolver_endpoint": ("direction", "ip_address", "security_group_ids"),
    "aws_route53_resolver_firewall_domain_list": ("domains",),
    "aws_route53_resolver_firewall_rule": (
        *("action", "block_override_domain", "block_response", "firewall_domain_list_id"),
        *("firewall_domain_redirection_action", "firewall_rule_group_id", "priority", "q_type"),
    ),
    "aws_route53_resolver_firewall_rule_group": (),
    "aws_route53_resolver_firewall_rule_group_association": ("firewall_rule_group_id", "priority", "vpc_id"),
    "aws_route53_resolver_rule": ("domain_name", "resolver_endpoint_id", "rule_type", "target_ip"),
    "aws_route53_resolver_rule_association": ("resolver_rule_id", "vpc_id"),
    "aws_route53_zone": ("name", "vpc", "zone_id"),
    "aws_route53_zone_association": ("vpc_id", "zone_id"),
    "aws_route_table": ("propagating_vgws", "route", "route_table_id", "vpc_id"),
    "aws_route_table_association": ("gateway_id", "route_table_id", "subnet_id"),
    "aws_scheduler_schedule": ("arn", "group_name", "name", "schedule_expression", "state", "target"),
    "aws_secretsmanager_secret": ("arn", "name"),
    "aws_security_group": ("egress", "ingress", "name", "vpc_id"),
    "aws_security_group_rule": (
        *("cidr_blocks", "from_port", "ipv6_cidr_blocks", "prefix_list_ids", "protocol", "security_group_id", "self"),
        *("source_security_group_id", "to_port", "type"),
    ),
    "aws_service_discovery_private_dns_namespace": ("name", "vpc"),
    "aws_ssm_parameter": ("arn", "name", "type"),
    "aws_subnet": (
        *("availability_zone", "availability_zone_id", "cidr_block", "ipv6_cidr_block", "ipv6_native", "owner_id"),
        *("enable_dns64", "map_public_ip_on_launch", "outpost_arn", "vpc_id"),
    ),
    "aws_vpc": (
        *("assign_generated_ipv6_cidr_block", "cidr_block", "default_network_acl_id", "default_route_table_id"),
        *("default_security_group_id", "dhcp_options_id", "enable_dns_hostnames", "enable_dns_support"),
        *("ipv6_cidr_block", "ipv6_ipam_pool_id", "main_route_table_id", "owner_id"),
    ),
    "aws_vpc_block_public_access_exclusion": ("internet_gateway_exclusion_mode", "subnet_id", "vpc_id"),
    "aws_vpc_block_public_access_options": ("internet_gateway_block_mode",),
    "aws_vpc_dhcp_options": ("domain_name", "domain_name_servers"),
    "aws_vpc_dhcp_options_association": ("dhcp_options_id", "vpc_id"),
    "aws_vpc_endpoint": (
        *("dns_entry", "dns_options", "ip_address_type", "policy", "prefix_list_id", "private_dns_enabled"),
        *("route_table_ids", "security_group_ids", "service_name", "service_region", "state", "subnet_configuration"),
        *("subnet_ids", "vpc_endpoint_type", "vpc_id"),
    ),
    "aws_vpc_endpoint_policy": ("policy", "vpc_endpoint_id"),
    "aws_vpc_endpoint_private_dns": ("private_dns_enabled", "vpc_endpoint_id"),
    "aws_vpc_endpoint_route_table_association": ("route_table_id", "vpc_endpoint_id"),
    "aws_vpc_endpoint_security_group_association": (
        *("replace_default_association", "security_group_id", "vpc_endpoint_id"),
    ),
    "aws_vpc_endpoint_service": ("service", "service_name"),
    "aws_vpc_endpoint_subnet_association": ("subnet_id", "vpc_endpoint_id"),
    "aws_vpc_ipv4_cidr_block_association": ("cidr_block", "vpc_id"),
    "aws_vpc_ipv6_cidr_block_association": ("ipv6_cidr_block", "vpc_id"),
    "aws_vpc_peering_connection": ("auto_accept", "peer_owner_id", "peer_region", "peer_vpc_id", "vpc_id"),
    "aws_vpc_peering_connection_accepter": ("auto_accept", "vpc_peering_connection_id"),
    "aws_vpc_security_group_egress_rule": ("security_group_id", "to_port", *_RULE),
    "aws_vpc_security_group_ingress_rule": ("security_group_id", "to_port", *_RULE),
    "aws_vpn_gateway": ("vpc_id",),
    "aws_vpn_gateway_attachment": ("vpc_id", "vpn_gateway_id"),
}
"""The attributes of each type; every instance also has its ``id``, and its ``region`` if the provider knows one."""

HARMLESS: Final = (
    *("aws_appautoscaling_", "aws_cloudwatch_metric_", "aws_iam_", "aws_alb", "aws_lb", "aws_service_discovery_http"),
    *("aws_ecr_lifecycle_", "aws_eip", "aws_s3_bucket", "aws_sns_", "aws_sqs_", "aws_dynamodb_", "aws_flow_log"),
    *("aws_secretsmanager_secret_version", "aws_kms_alias", "aws_autoscaling_"),
)
"""The beginnings of types that decide nothing about the start of a task."""
