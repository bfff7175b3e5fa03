#!/bin/sh
# Makes plan.json and snapshot.json again: the network is applied to the embedded AWS, and its plan removes the NAT gateway.
# SKERRY_TEST_TERRAFORM_MIRROR names a folder with the AWS provider 5.100.0.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
cp "$here/main.tf" "$work"
cd "$work"
printf 'provider_installation {\n  filesystem_mirror {\n    path = "%s"\n  }\n}\n' "$SKERRY_TEST_TERRAFORM_MIRROR" > cli.tfrc
export TF_CLI_CONFIG_FILE="$work/cli.tfrc" CHECKPOINT_DISABLE=1 AWS_ENDPOINT_URL=http://127.0.0.1:45901
export AWS_ACCESS_KEY_ID=embedded AWS_SECRET_ACCESS_KEY=embedded AWS_DEFAULT_REGION=eu-west-1
python -m skerry embedded --port 45901 &
server=$!
trap 'kill "$server"; rm -rf "$work"' EXIT
sleep 6
terraform init -backend=false
terraform apply -auto-approve
python - <<'PYTHON'
import json

import boto3

kind = "application/vnd.docker.distribution.manifest.v2+json"
part = {"mediaType": "application/vnd.docker.container.image.v1+json", "size": 2, "digest": f"sha256:{'0' * 64}"}
manifest = {"schemaVersion": 2, "mediaType": kind, "config": part, "layers": []}
boto3.client("ecr").put_image(repositoryName="web", imageTag="1", imageManifest=json.dumps(manifest))
PYTHON
python -m skerry snapshot --output "$here/snapshot.json" --force
terraform plan -var nat=false -out=plan.out
terraform show -json plan.out > "$here/plan.json"
