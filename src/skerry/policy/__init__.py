"""Whether policies let a principal do something: documents, conditions, and AWS's own way of combining them."""
