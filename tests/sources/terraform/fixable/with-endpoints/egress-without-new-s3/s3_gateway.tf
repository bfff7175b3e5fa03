# There is no gateway endpoint for S3.
