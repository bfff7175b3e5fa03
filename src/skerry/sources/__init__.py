"""Where a network is described, read as documents: a live account, and later files of several kinds."""
