"""The root of texts with a parsed value."""


class ParsedText(str):
    """A text as AWS writes it, and the value of it.

    The constructor parses the text, and keeps the value in slots of the subclass.
    """

    __slots__ = ()

    form = "text"
    """The form of valid texts, for messages."""

    may_be_secret = False
    """Whether the text before it is parsed may be a secret, so that nothing remembers it."""
