"""IAM policy evaluation: policy documents, conditions, and the evaluation logic of AWS."""
