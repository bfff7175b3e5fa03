"""Networks that are not deployed yet, in the form of AWS's answers: for the readers of Terraform and CloudFormation."""
