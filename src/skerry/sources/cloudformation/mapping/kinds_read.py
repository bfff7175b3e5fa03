"""The types of resources that are read, and those without a say in the start of a task."""

from typing import Final

READ: Final = frozenset(
    {
        *("AWS::Batch::ComputeEnvironment", "AWS::Batch::JobDefinition", "AWS::Batch::JobQueue"),
        *("AWS::CloudFormation::Stack", "AWS::EC2::DHCPOptions", "AWS::EC2::EIP", "AWS::EC2::EIPAssociation"),
        *("AWS::EC2::EgressOnlyInternetGateway", "AWS::EC2::GatewayRouteTableAssociation", "AWS::EC2::Instance"),
        *("AWS::EC2::InternetGateway", "AWS::EC2::NatGateway", "AWS::EC2::NetworkAcl", "AWS::EC2::NetworkAclEntry"),
        *("AWS::EC2::NetworkInterface", "AWS::EC2::NetworkInterfaceAttachment", "AWS::EC2::PrefixList"),
        *("AWS::EC2::Route", "AWS::EC2::RouteTable", "AWS::EC2::SecurityGroup", "AWS::EC2::SecurityGroupEgress"),
        *("AWS::EC2::SecurityGroupIngress", "AWS::EC2::SecurityGroupVpcAssociation", "AWS::EC2::Subnet"),
        *("AWS::EC2::SubnetCidrBlock", "AWS::EC2::SubnetNetworkAclAssociation"),
        *("AWS::EC2::SubnetRouteTableAssociation", "AWS::EC2::TransitGateway", "AWS::EC2::TransitGatewayAttachment"),
        *("AWS::EC2::TransitGatewayRoute", "AWS::EC2::TransitGatewayRouteTable"),
        *("AWS::EC2::TransitGatewayRouteTableAssociation", "AWS::EC2::TransitGatewayRouteTablePropagation"),
        *("AWS::EC2::TransitGatewayVpcAttachment", "AWS::EC2::VPC", "AWS::EC2::VPCCidrBlock"),
        *("AWS::EC2::VPCBlockPublicAccessExclusion", "AWS::EC2::VPCBlockPublicAccessOptions"),
        *("AWS::EC2::VPCDHCPOptionsAssociation", "AWS::EC2::VPCEndpoint", "AWS::EC2::VPCGatewayAttachment"),
        *("AWS::EC2::VPCPeeringConnection", "AWS::EC2::VPNGateway", "AWS::EC2::VPNGatewayRoutePropagation"),
        *("AWS::ECR::PullThroughCacheRule", "AWS::ECR::Repository", "AWS::ECS::CapacityProvider"),
        *("AWS::ECS::Cluster", "AWS::ECS::ClusterCapacityProviderAssociations", "AWS::ECS::PrimaryTaskSet"),
        *("AWS::ECS::Service", "AWS::ECS::TaskDefinition", "AWS::ECS::TaskSet", "AWS::EFS::AccessPoint"),
        *("AWS::EFS::FileSystem", "AWS::EFS::MountTarget", "AWS::Events::EventBus", "AWS::Events::Rule"),
        *("AWS::IAM::ManagedPolicy", "AWS::IAM::Policy", "AWS::IAM::Role", "AWS::IAM::RolePolicy"),
        *("AWS::KMS::Alias", "AWS::KMS::Key", "AWS::Logs::LogGroup", "AWS::NetworkFirewall::Firewall"),
        *("AWS::Pipes::Pipe", "AWS::Route53::HostedZone"),
        *("AWS::Route53::RecordSet", "AWS::Route53::RecordSetGroup", "AWS::Route53Profiles::Profile"),
        *("AWS::Route53Profiles::ProfileAssociation", "AWS::Route53Profiles::ProfileResourceAssociation"),
        *("AWS::Route53Resolver::FirewallDomainList", "AWS::Route53Resolver::FirewallRuleGroup"),
        *("AWS::Route53Resolver::FirewallRuleGroupAssociation", "AWS::Route53Resolver::ResolverEndpoint"),
        *("AWS::Route53Resolver::ResolverRule", "AWS::Route53Resolver::ResolverRuleAssociation", "AWS::S3::Bucket"),
        *("AWS::S3::BucketPolicy", "AWS::SSM::Parameter", "AWS::Scheduler::Schedule"),
        *("AWS::SecretsManager::ResourcePolicy", "AWS::SecretsManager::Secret", "AWS::Serverless::Application"),
        *("AWS::ServiceDiscovery::PrivateDnsNamespace", "AWS::StepFunctions::StateMachine"),
        "Custom::VpcRestrictDefaultSG",
    }
)
LAUNCHING: Final = (
    *("AWS::ECS::Service", "AWS::ECS::TaskSet", "AWS::Events::Rule", "AWS::Scheduler::Schedule", "AWS::Pipes::Pipe"),
    *("AWS::StepFunctions::StateMachine", "AWS::Batch::JobDefinition"),
)
"""The types that start tasks, or say which tasks to start."""
HARMLESS: Final = (
    *("AWS::ApiGateway", "AWS::AppConfig::", "AWS::ApplicationAutoScaling::", "AWS::AutoScaling::", "AWS::CDK::"),
    *("AWS::CertificateManager::", "AWS::CloudFormation::WaitCondition", "AWS::CloudFront::", "AWS::CloudTrail::"),
    *("AWS::CloudWatch::", "AWS::CodeBuild::", "AWS::CodeDeploy::", "AWS::CodePipeline::", "AWS::Cognito::"),
    *("AWS::DynamoDB::", "AWS::EC2::FlowLog", "AWS::EC2::KeyPair", "AWS::EC2::LaunchTemplate", "AWS::EC2::Volume"),
    *("AWS::ElastiCache::", "AWS::ElasticLoadBalancing", "AWS::IAM::InstanceProfile", "AWS::IAM::User"),
    *("AWS::IAM::Group", "AWS::IAM::AccessKey", "AWS::IAM::OIDCProvider", "AWS::Kinesis", "AWS::Lambda::"),
    *("AWS::Logs::", "AWS::RDS::", "AWS::SNS::", "AWS::SQS::", "AWS::SecretsManager::RotationSchedule"),
    *("AWS::SecretsManager::SecretTargetAttachment", "AWS::Serverless::", "AWS::ServiceDiscovery::Service"),
    *("AWS::ServiceDiscovery::PublicDnsNamespace", "AWS::ServiceDiscovery::HttpNamespace", "AWS::WAFv2::"),
    *("AWS::SSM::", "AWS::Scheduler::ScheduleGroup", "AWS::Events::", "AWS::CloudFormation::Macro"),
    *("AWS::Budgets::", "AWS::Backup::", "AWS::Config::", "AWS::XRay::", "AWS::Chatbot::", "AWS::IoT::"),
)
"""The beginnings of types that decide nothing about the start of a task."""


def is_custom(kind: str) -> bool:
    """Return whether code of the user makes a resource, and may change any other."""
    return kind.startswith("Custom::") or kind == "AWS::CloudFormation::CustomResource"
