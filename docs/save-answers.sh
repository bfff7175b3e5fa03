#!/usr/bin/env bash
# Save the answers of AWS that skerry reads, with the AWS CLI alone:
#
#     bash save-answers.sh FOLDER REGION
#     skerry diagnose --from FOLDER
#
# Every call only lists or describes; no value of a secret is read. A refused call is saved as AWS's error. Answers may
# hold secrets in plain text, such as environment variables: `skerry snapshot --from FOLDER` removes them.
set -u
usage='usage: bash save-answers.sh FOLDER REGION'
folder=${1:?$usage}
region=${2:?$usage}
if [ -n "$(ls -A "$folder" 2>/dev/null)" ]; then
    echo "$folder is not empty: give a new folder" >&2
    exit 2
fi
export AWS_REGION=$region AWS_DEFAULT_REGION=$region AWS_PAGER=''
umask 077
mkdir -p "$folder" || exit 2
errors=$(mktemp) && output=$(mktemp) && failed=$(mktemp) && definitions=$(mktemp) && batches=$(mktemp) || exit 2
trap 'rm -f "$errors" "$output" "$failed" "$definitions" "$batches"' EXIT

# fail NAME OPERATION PARAMETERS: save AWS's error in place of an answer. Without one there was no answer at all: the
# Region lacks the service, or this AWS CLI lacks the command.
fail() {
    local code
    echo "$2" >> "$failed"
    code=$(sed -n 's/.*An error occurred (\([A-Za-z.]*\)).*/\1/p' "$errors" | head -n 1)
    if [ -z "$code" ]; then
        echo "not saved: $2: $(grep -v '^$' "$errors" | tail -n 1)" >&2
        return
    fi
    echo "refused: $2: $code" >&2
    printf '{"Call": {"operation": "%s", "parameters": %s}, "Error": {"Code": "%s"}}\n' "$2" "$3" "$code" \
        > "$folder/${1//[\/:]/-}.json"
}

# ask NAME OPERATION PARAMETERS COMMAND…: save the answer with its call.
ask() {
    local name=$1 operation=$2 parameters=$3
    shift 3
    if "$@" --output json > "$output" 2> "$errors"; then
        {
            printf '{"Call": {"operation": "%s", "parameters": %s}, "Response":\n' "$operation" "$parameters"
            if [ -s "$output" ]; then cat "$output"; else echo '{}'; fi
            echo '}'
        } > "$folder/${name//[\/:]/-}.json"
    else
        fail "$name" "$operation" "$parameters"
    fi
}

# names NAME OPERATION PARAMETERS QUERY COMMAND…: print ids out of an answer, each on a line, for further calls.
names() {
    local name=$1 operation=$2 parameters=$3 query=$4
    shift 4
    if "$@" --query "$query" --output text > "$output" 2> "$errors"; then
        tr '\t' '\n' < "$output" | grep -v -e '^None$' -e '^$'
    else
        fail "$name-names" "$operation" "$parameters"
    fi
}

if ! aws sts get-caller-identity --query Account --output text > "$output" 2> "$errors"; then
    cat "$errors" >&2
    exit 2
fi
printf '{"Account": "%s"}\n' "$(cat "$output")" > "$folder/account.json"

# ------------------------------------------------------------------------------------------------------- the network
ask vpcs ec2:DescribeVpcs '{}' aws ec2 describe-vpcs
ask dhcp-options ec2:DescribeDhcpOptions '{}' aws ec2 describe-dhcp-options
ask subnets ec2:DescribeSubnets '{}' aws ec2 describe-subnets
ask route-tables ec2:DescribeRouteTables '{}' aws ec2 describe-route-tables
ask security-groups ec2:DescribeSecurityGroups '{}' aws ec2 describe-security-groups
ask group-associations ec2:DescribeSecurityGroupVpcAssociations '{}' aws ec2 describe-security-group-vpc-associations
ask network-acls ec2:DescribeNetworkAcls '{}' aws ec2 describe-network-acls
ask network-interfaces ec2:DescribeNetworkInterfaces '{}' aws ec2 describe-network-interfaces
ask internet-gateways ec2:DescribeInternetGateways '{}' aws ec2 describe-internet-gateways
ask nat-gateways ec2:DescribeNatGateways '{}' aws ec2 describe-nat-gateways
ask egress-only-gateways ec2:DescribeEgressOnlyInternetGateways '{}' aws ec2 describe-egress-only-internet-gateways
ask vpn-gateways ec2:DescribeVpnGateways '{}' aws ec2 describe-vpn-gateways
ask vpc-endpoints ec2:DescribeVpcEndpoints '{}' aws ec2 describe-vpc-endpoints
ask endpoint-services ec2:DescribeVpcEndpointServices '{}' aws ec2 describe-vpc-endpoint-services
ask prefix-lists ec2:DescribeManagedPrefixLists '{}' aws ec2 describe-managed-prefix-lists
ask peering-connections ec2:DescribeVpcPeeringConnections '{}' aws ec2 describe-vpc-peering-connections
ask public-access ec2:DescribeVpcBlockPublicAccessOptions '{}' aws ec2 describe-vpc-block-public-access-options
ask public-access-exclusions ec2:DescribeVpcBlockPublicAccessExclusions '{}' \
    aws ec2 describe-vpc-block-public-access-exclusions
ask transit-gateways ec2:DescribeTransitGateways '{}' aws ec2 describe-transit-gateways
ask transit-gateway-attachments ec2:DescribeTransitGatewayAttachments '{}' \
    aws ec2 describe-transit-gateway-attachments
ask transit-gateway-vpc-attachments ec2:DescribeTransitGatewayVpcAttachments '{}' \
    aws ec2 describe-transit-gateway-vpc-attachments
ask transit-gateway-route-tables ec2:DescribeTransitGatewayRouteTables '{}' \
    aws ec2 describe-transit-gateway-route-tables
ask resolver-rules route53resolver:ListResolverRules '{}' aws route53resolver list-resolver-rules
ask resolver-rule-associations route53resolver:ListResolverRuleAssociations '{}' \
    aws route53resolver list-resolver-rule-associations
ask resolver-endpoints route53resolver:ListResolverEndpoints '{}' aws route53resolver list-resolver-endpoints
ask firewall-associations route53resolver:ListFirewallRuleGroupAssociations '{}' \
    aws route53resolver list-firewall-rule-group-associations
for group in $(names firewall-associations route53resolver:ListFirewallRuleGroupAssociations '{}' \
    'FirewallRuleGroupAssociations[].FirewallRuleGroupId' aws route53resolver list-firewall-rule-group-associations); do
    about="{\"FirewallRuleGroupId\": \"$group\"}"
    [ -e "$folder/firewall-rules-$group.json" ] && continue
    ask "firewall-rules-$group" route53resolver:ListFirewallRules "$about" \
        aws route53resolver list-firewall-rules --firewall-rule-group-id "$group"
    for list in $(names "firewall-rules-$group" route53resolver:ListFirewallRules "$about" \
        'FirewallRules[?FirewallDomainListId].FirewallDomainListId' \
        aws route53resolver list-firewall-rules --firewall-rule-group-id "$group"); do
        [ -e "$folder/firewall-domains-$list.json" ] || ask "firewall-domains-$list" \
            route53resolver:ListFirewallDomains "{\"FirewallDomainListId\": \"$list\"}" \
            aws route53resolver list-firewall-domains --firewall-domain-list-id "$list"
    done
done
ask profile-associations route53profiles:ListProfileAssociations '{}' aws route53profiles list-profile-associations
ask file-systems elasticfilesystem:DescribeFileSystems '{}' aws efs describe-file-systems
ask s3files-mount-targets s3files:ListMountTargets '{}' aws s3files list-mount-targets

for vpc in $(names vpcs ec2:DescribeVpcs '{}' 'Vpcs[].VpcId' aws ec2 describe-vpcs); do
    for attribute in enableDnsSupport enableDnsHostnames; do
        ask "$vpc-$attribute" ec2:DescribeVpcAttribute "{\"VpcId\": \"$vpc\", \"Attribute\": \"$attribute\"}" \
            aws ec2 describe-vpc-attribute --vpc-id "$vpc" --attribute "$attribute"
    done
    about="{\"VPCId\": \"$vpc\", \"VPCRegion\": \"$region\"}"
    ask "$vpc-zones" route53:ListHostedZonesByVPC "$about" \
        aws route53 list-hosted-zones-by-vpc --vpc-id "$vpc" --vpc-region "$region"
    for zone in $(names "$vpc-zones" route53:ListHostedZonesByVPC "$about" 'HostedZoneSummaries[].HostedZoneId' \
        aws route53 list-hosted-zones-by-vpc --vpc-id "$vpc" --vpc-region "$region"); do
        [ -e "$folder/zone-$zone.json" ] || ask "zone-$zone" route53:ListResourceRecordSets \
            "{\"HostedZoneId\": \"$zone\"}" aws route53 list-resource-record-sets --hosted-zone-id "$zone"
    done
done
account=$(sed 's/[^0-9]//g' "$folder/account.json")
for vpc in $(names vpcs ec2:DescribeVpcs '{}' "Vpcs[?OwnerId!='$account'].VpcId" aws ec2 describe-vpcs); do
    ask "$vpc-groups" ec2:GetSecurityGroupsForVpc "{\"VpcId\": \"$vpc\"}" \
        aws ec2 get-security-groups-for-vpc --vpc-id "$vpc"
done
for list in $(names prefix-lists ec2:DescribeManagedPrefixLists '{}' 'PrefixLists[].PrefixListId' \
    aws ec2 describe-managed-prefix-lists); do
    ask "$list" ec2:GetManagedPrefixListEntries "{\"PrefixListId\": \"$list\"}" \
        aws ec2 get-managed-prefix-list-entries --prefix-list-id "$list"
done
for table in $(names transit-gateway-route-tables ec2:DescribeTransitGatewayRouteTables '{}' \
    'TransitGatewayRouteTables[].TransitGatewayRouteTableId' aws ec2 describe-transit-gateway-route-tables); do
    ask "$table" ec2:SearchTransitGatewayRoutes "{\"TransitGatewayRouteTableId\": \"$table\"}" \
        aws ec2 search-transit-gateway-routes --transit-gateway-route-table-id "$table" \
        --filters Name=state,Values=active,blackhole
done
for endpoint in $(names resolver-endpoints route53resolver:ListResolverEndpoints '{}' 'ResolverEndpoints[].Id' \
    aws route53resolver list-resolver-endpoints); do
    ask "$endpoint" route53resolver:ListResolverEndpointIpAddresses "{\"ResolverEndpointId\": \"$endpoint\"}" \
        aws route53resolver list-resolver-endpoint-ip-addresses --resolver-endpoint-id "$endpoint"
done
for profile in $(names profile-associations route53profiles:ListProfileAssociations '{}' \
    'ProfileAssociations[].ProfileId' aws route53profiles list-profile-associations | sort -u); do
    ask "$profile" route53profiles:ListProfileResourceAssociations "{\"ProfileId\": \"$profile\"}" \
        aws route53profiles list-profile-resource-associations --profile-id "$profile"
done
for system in $(names file-systems elasticfilesystem:DescribeFileSystems '{}' 'FileSystems[].FileSystemId' \
    aws efs describe-file-systems); do
    ask "$system" elasticfilesystem:DescribeMountTargets "{\"FileSystemId\": \"$system\"}" \
        aws efs describe-mount-targets --file-system-id "$system"
done

# ------------------------------------------------------------------------ services and tasks, and what starts tasks
# rules TARGET: save the rules that lead to a cluster or a job queue, with their targets.
rules() {
    local bus rule short=${1##*/}
    for bus in $buses; do
        for rule in $(names "rules-$short-$bus" events:ListRuleNamesByTarget \
            "{\"TargetArn\": \"$1\", \"EventBusName\": \"$bus\"}" 'RuleNames[]' \
            aws events list-rule-names-by-target --target-arn "$1" --event-bus-name "$bus"); do
            ask "rule-$bus-$rule" events:ListTargetsByRule "{\"Rule\": \"$rule\", \"EventBusName\": \"$bus\"}" \
                aws events list-targets-by-rule --rule "$rule" --event-bus-name "$bus"
            names "rule-$bus-$rule" events:ListTargetsByRule "{\"Rule\": \"$rule\", \"EventBusName\": \"$bus\"}" \
                'Targets[].EcsParameters.TaskDefinitionArn' \
                aws events list-targets-by-rule --rule "$rule" --event-bus-name "$bus" >> "$definitions"
        done
    done
}

buses=$(names event-buses events:ListEventBuses '{}' 'EventBuses[].Name' aws events list-event-buses)
for bus in $buses; do
    ask "rules-of-$bus" events:ListRules "{\"EventBusName\": \"$bus\"}" aws events list-rules --event-bus-name "$bus"
done
named='services[].[taskDefinition, deployments[].taskDefinition, taskSets[].taskDefinition] | [] | []'
services=0 number=0
for cluster in $(names clusters ecs:ListClusters '{}' 'clusterArns[]' aws ecs list-clusters); do
    short=${cluster##*/}
    ask "cluster-$short" ecs:DescribeClusters '{"include": ["CONFIGURATIONS"]}' \
        aws ecs describe-clusters --clusters "$cluster" --include CONFIGURATIONS
    ask "providers-$short" ecs:DescribeCapacityProviders "{\"cluster\": \"$cluster\"}" \
        aws ecs describe-capacity-providers --cluster "$cluster"
    # DescribeServices takes ten names, DescribeTasks a hundred.
    names "services-$short" ecs:ListServices "{\"cluster\": \"$cluster\"}" 'serviceArns[]' \
        aws ecs list-services --cluster "$cluster" | xargs -n 10 > "$batches"
    while read -r -a batch; do
        [ "${#batch[@]}" -gt 0 ] || continue
        services=$((services + ${#batch[@]})) number=$((number + 1))
        ask "services-$short-$number" ecs:DescribeServices '{}' \
            aws ecs describe-services --cluster "$cluster" --services "${batch[@]}"
        names "services-$short-$number" ecs:DescribeServices '{}' "$named" \
            aws ecs describe-services --cluster "$cluster" --services "${batch[@]}" >> "$definitions"
    done < "$batches"
    for status in RUNNING STOPPED; do
        names "tasks-$short-$status" ecs:ListTasks "{\"cluster\": \"$cluster\", \"desiredStatus\": \"$status\"}" \
            'taskArns[]' aws ecs list-tasks --cluster "$cluster" --desired-status "$status" | xargs -n 100 > "$batches"
        while read -r -a batch; do
            [ "${#batch[@]}" -gt 0 ] || continue
            number=$((number + 1))
            ask "tasks-$short-$number" ecs:DescribeTasks '{}' \
                aws ecs describe-tasks --cluster "$cluster" --tasks "${batch[@]}"
            names "tasks-$short-$number" ecs:DescribeTasks '{}' 'tasks[].taskDefinitionArn' \
                aws ecs describe-tasks --cluster "$cluster" --tasks "${batch[@]}" >> "$definitions"
        done < "$batches"
    done
    rules "$cluster"
done
if [ "$services" -eq 0 ] && ! grep -q -e ecs:ListClusters -e ecs:ListServices "$failed"; then
    echo '{"services": []}' > "$folder/services.json"
fi
ask schedules scheduler:ListSchedules '{}' aws scheduler list-schedules
for schedule in $(names schedules scheduler:ListSchedules '{}' \
    "Schedules[?contains(Target.Arn, ':cluster/')].join('/', [GroupName, Name])" aws scheduler list-schedules); do
    ask "schedule-$schedule" scheduler:GetSchedule '{}' \
        aws scheduler get-schedule --group-name "${schedule%/*}" --name "${schedule#*/}"
    names "schedule-$schedule" scheduler:GetSchedule '{}' 'Target.EcsParameters.TaskDefinitionArn' \
        aws scheduler get-schedule --group-name "${schedule%/*}" --name "${schedule#*/}" >> "$definitions"
done
ask compute-environments batch:DescribeComputeEnvironments '{}' aws batch describe-compute-environments
ask job-queues batch:DescribeJobQueues '{}' aws batch describe-job-queues
ask job-definitions batch:DescribeJobDefinitions '{}' aws batch describe-job-definitions --status ACTIVE
for queue in $(names job-queues batch:DescribeJobQueues '{}' 'jobQueues[].jobQueueArn' aws batch describe-job-queues); do
    # Without the filter only running jobs are listed.
    ask "jobs-${queue##*/}" batch:ListJobs "{\"jobQueue\": \"$queue\"}" \
        aws batch list-jobs --job-queue "$queue" --filters name=AFTER_CREATED_AT,values=0
    rules "$queue"
done
ask state-machines states:ListStateMachines '{}' aws stepfunctions list-state-machines
for machine in $(names state-machines states:ListStateMachines '{}' 'stateMachines[].stateMachineArn' \
    aws stepfunctions list-state-machines); do
    ask "state-machine-${machine##*:}" states:DescribeStateMachine '{}' \
        aws stepfunctions describe-state-machine --state-machine-arn "$machine"
    [ -e "$folder/state-machine-${machine##*:}.json" ] && grep -o 'TaskDefinition\\"[ :]*\\"[A-Za-z0-9_:/-]*' \
        "$folder/state-machine-${machine##*:}.json" | sed 's/.*"//' >> "$definitions"
done
ask pipes pipes:ListPipes '{}' aws pipes list-pipes
for pipe in $(names pipes pipes:ListPipes '{}' \
    "Pipes[?contains(Target, ':cluster/') || contains(Target, ':job-queue/')].Name" aws pipes list-pipes); do
    ask "pipe-$pipe" pipes:DescribePipe '{}' aws pipes describe-pipe --name "$pipe"
    names "pipe-$pipe" pipes:DescribePipe '{}' 'TargetParameters.EcsTaskParameters.TaskDefinitionArn' \
        aws pipes describe-pipe --name "$pipe" | grep -v '^\$' >> "$definitions"
done
for definition in $(sort -u "$definitions"); do
    ask "task-definition-${definition##*/}" ecs:DescribeTaskDefinition "{\"taskDefinition\": \"$definition\"}" \
        aws ecs describe-task-definition --task-definition "$definition"
done
ask functions lambda:ListFunctions '{}' aws lambda list-functions
names build-projects codebuild:ListProjects '{}' 'projects[]' aws codebuild list-projects | xargs -n 100 > "$batches"
number=0
while read -r -a batch; do
    [ "${#batch[@]}" -gt 0 ] || continue
    number=$((number + 1))
    ask "build-projects-$number" codebuild:BatchGetProjects '{}' aws codebuild batch-get-projects --names "${batch[@]}"
done < "$batches"
if [ "$number" -eq 0 ] && ! grep -q -e codebuild:ListProjects "$failed"; then
    echo '{"projects": []}' > "$folder/build-projects.json"
fi
ask cache-rules ecr:DescribePullThroughCacheRules '{}' aws ecr describe-pull-through-cache-rules

# ------------------------------------------------------------------------------------------------- roles and policies
ask roles iam:GetAccountAuthorizationDetails '{}' aws iam get-account-authorization-details

echo "saved: $(ls "$folder" | wc -l | tr -d ' ') files in $folder" >&2
