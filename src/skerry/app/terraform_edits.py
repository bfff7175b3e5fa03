"""Changes of existing resources as edits of their blocks, each for all instances of its block or not at all."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Final, NamedTuple

from skerry.render.hcl import Value, format_attributes
from skerry.sources.terraform.code_edits import UneditableCode
from skerry.sources.terraform.code_references import CodeReferences
from skerry.sources.terraform.code_tree import ModulePath, ResourceAddress, WrittenBlock

Refuse = Callable[[str, str], None]
"""Take the reason why an edit is not made, and its code."""
_VARIABLE: Final = "var."


class ArgumentEdit(NamedTuple):
    """A new value of an argument, or new elements of a list, as the words that a module writes for it."""

    name: str
    words: Callable[[ModulePath], Sequence[str]]
    refuse: Refuse
    is_list: bool = False

    def snippet(self, at: ModulePath) -> str:
        """Return the code for people; nothing if the module cannot name its resources."""
        try:
            words = self.words(at)
        except UneditableCode:
            return ""
        return f"{self.name} = [..., {', '.join(words)}]" if self.is_list else f"{self.name} = {words[0]}"


class NestedBlock(NamedTuple):
    """A new block inside a resource, with its arguments."""

    kind: str
    arguments: dict[str, Value]
    refuse: Refuse

    @property
    def lines(self) -> list[str]:
        """The lines of the block."""
        return [f"{self.kind} {{", *format_attributes(self.arguments, 1), "}"]


class _Owner(NamedTuple):
    """The block of an instance, with all instances of it, and the module around it."""

    written: WrittenBlock
    instance: Hashable
    instances: frozenset[Hashable]
    at: ModulePath


class _Pending(NamedTuple):
    """An edit that is made if all instances of its block want it."""

    owner: _Owner
    words: str
    make: Callable[[], None]
    snippet: str
    refuse: Refuse

    @property
    def key(self) -> tuple[str, int, str]:
        """The same edit of the same block."""
        return self.owner.written.file.name, self.owner.written.block.start, self.words


class BlockEdits:
    """The edits of existing blocks. They are gathered first: a block may have several instances."""

    def __init__(self, references: CodeReferences) -> None:
        self._references = references
        self._tree = references.tree
        self._pending: list[_Pending] = []

    def set_argument(self, address: ResourceAddress, edit: ArgumentEdit) -> None:
        """Set an argument of a resource, or of the call of its module if a variable of it is the value."""
        try:
            written = self._tree.resource(address)
            value = written.text_of(edit.name)
            if value is not None and value.startswith(_VARIABLE) and address.module:
                self._set_in_call(address.module, edit._replace(name=value.removeprefix(_VARIABLE)))
            else:
                self._gather(self._owner(written, address), edit)
        except UneditableCode as reason:
            edit.refuse(f"{reason}{self._called(address.module)}", edit.snippet(address.module))

    def _called(self, module: ModulePath) -> str:
        """Return the place of the user's call of a module with files that are not edited, for people."""
        while module and not self._tree.is_editable(module):
            if len(module) == 1 or self._tree.is_editable(module[:-1]):
                return f", called in {self._tree.call(module).place}"
            module = module[:-1]
        return ""

    def _set_in_call(self, module: ModulePath, edit: ArgumentEdit) -> None:
        """Set an argument of the call of a module, which is the value of its variable."""
        if not edit.name.isidentifier():
            raise UneditableCode(f"its value is {_VARIABLE}{edit.name}")
        call, parent = self._tree.call(module), module[:-1]
        value = call.text_of(edit.name)
        if value is not None and value.startswith(_VARIABLE) and parent:
            self._set_in_call(parent, edit._replace(name=value.removeprefix(_VARIABLE)))
            return
        if value is None and edit.is_list:
            raise UneditableCode(f"{call.place} gives {edit.name} no list")
        instances = frozenset(self._references.instances_of_call(module))
        self._gather(_Owner(call, module, instances, parent), edit)

    def set_inside(self, address: ResourceAddress, kind: str, edit: ArgumentEdit) -> None:
        """Set an argument of the only block of a type inside a resource."""
        try:
            written = self._tree.resource(address)
            blocks = written.block.nested(kind)
            if len(blocks) != 1 or blocks[0].type != kind:
                raise UneditableCode(f"{kind} is not written out")  # noqa: TRY301
            owner = self._owner(written, address)
            self._gather(owner._replace(written=written._replace(block=blocks[0])), edit)
        except UneditableCode as reason:
            edit.refuse(str(reason), edit.snippet(address.module))

    def _owner(self, written: WrittenBlock, address: ResourceAddress) -> _Owner:
        return _Owner(written, address, frozenset(self._references.instances_of(address)), address.module)

    def _gather(self, owner: _Owner, edit: ArgumentEdit) -> None:
        words = tuple(edit.words(owner.at))

        def make() -> None:
            edits, block = owner.written.file.edits, owner.written.block
            if edit.is_list:
                edits.append_items(block, edit.name, words)
            else:
                edits.set_argument(block, edit.name, words[0])

        self._pending.append(_Pending(owner, f"{edit.name} {words}", make, edit.snippet(owner.at), edit.refuse))

    def nest(self, address: ResourceAddress, nested: NestedBlock) -> None:
        """Add a block to a resource."""
        snippet = "\n".join(nested.lines)
        try:
            written = self._tree.resource(address)
            if nested.kind in written.block.attributes:
                raise UneditableCode(f"{nested.kind} is an argument there, and no block")  # noqa: TRY301
            make = _nesting(written, nested)
            self._pending.append(_Pending(self._owner(written, address), snippet, make, snippet, nested.refuse))
        except UneditableCode as reason:
            nested.refuse(str(reason), snippet)

    def make(self) -> None:
        """Make the edits. A block with an instance that needs no change stays as it is."""
        wanted: dict[tuple[str, int, str], set[Hashable]] = {}
        for one in self._pending:
            wanted.setdefault(one.key, set()).add(one.owner.instance)
        done = set()
        for one in self._pending:
            place = one.owner.written.place
            if not one.owner.instances <= wanted[one.key]:
                one.refuse(f"{place} is also the block of others, which need no change", one.snippet)
            elif one.key not in done:
                try:
                    one.owner.written.file.require_editable()
                    one.make()
                    done.add(one.key)
                except UneditableCode as reason:
                    one.refuse(f"{place}, {reason}", one.snippet)


def _nesting(written: WrittenBlock, nested: NestedBlock) -> Callable[[], None]:
    def make() -> None:
        written.file.edits.add_nested(written.block, nested.kind, nested.lines)

    return make


def separate_blocks_of(
    references: CodeReferences, address: ResourceAddress, argument: str, kinds: Sequence[str]
) -> Iterator[WrittenBlock]:
    """Yield the blocks of these types that name a resource of their module in an argument."""
    prefix = f"{address.resource}"
    for kind in kinds:
        for one in references.tree.blocks(address.module, kind):
            text = one.text_of(argument) or ""
            if text == prefix or text.startswith((f"{prefix}.", f"{prefix}[")):
                yield one
