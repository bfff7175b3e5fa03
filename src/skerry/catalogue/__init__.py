"""AWS's services with their host names, and registries other than AWS's. Data with its sources."""
