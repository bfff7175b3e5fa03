"""Whether packets get there and back: names, routes, filters, and the walk that puts them together."""
