"""Cycles of dependencies."""

from collections.abc import Iterable, Mapping


def cycle_of(graph: Mapping[str, Iterable[str]]) -> list[str]:
    """Return the nodes of a cycle in the order of its edges; empty without one."""
    done: set[str] = set()
    for root in graph:
        path: list[str] = []
        on_path: set[str] = set()
        stack = [(root, iter(sorted(graph.get(root, ()))))] if root not in done else []
        path, on_path = [root], {root}
        while stack:
            node, children = stack[-1]
            child = next((item for item in children if item not in done), None)
            if child is None:
                stack.pop()
                path.pop()
                on_path.discard(node)
                done.add(node)
            elif child in on_path:
                return path[path.index(child) :]
            else:
                path.append(child)
                on_path.add(child)
                stack.append((child, iter(sorted(graph.get(child, ())))))
    return []
