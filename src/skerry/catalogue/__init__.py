"""What AWS's services are called, where they answer, and which registries are not AWS's. Data with its sources."""
