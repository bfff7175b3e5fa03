"""The language of the source tree: sentences of docstrings and comments, and names."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

# Two clauses that begin with one of these words in one sentence hide its subject.
RELATIVE = re.compile(r"\b(that|which|what|who|whom|whose|where)\b", re.IGNORECASE)
MOST_RELATIVE_WORDS = 1
BANNED = re.compile(
    r"\b(mends?|mended|anew|told|things?|beside|taken for|lies behind|is of|be had|in the way|of which)\b",
    re.IGNORECASE,
)
# A module, function or class is named after its content, in AWS's words or plain ones.
BANNED_MODULES = frozenset(
    [
        "asking",
        "base",
        "beside",
        "beyond",
        "bystanders",
        "calling",
        "common",
        "errands",
        "expressed",
        "front",
        "helpers",
        "holdings",
        "inside",
        "manager",
        "misc",
        "places",
        "printed",
        "settled",
        "spaces",
        "stock",
        "takeover",
        "things",
        "told",
        "utils",
        "words",
    ]
)
BANNED_FUNCTIONS = frozenset(
    [
        "short",
        "written",
        "settled",
        "printed",
        "told",
        "found",
        "one",
        "known",
        "rest",
        "beside",
        "joined",
        "laid",
        "told_of",
        "alike",
    ]
)
# A variable is named after its content.
BANNED_LOCALS = frozenset(["found", "known", "told", "rest", "lacking", "strange"])
BANNED_TYPES = frozenset(
    [
        "Beyond",
        "Errand",
        "Grants",
        "Held",
        "Holdings",
        "Permits",
        "Presence",
        "Station",
        "Thing",
        "Told",
        "Way",
        "Owned",
        "Owners",
    ]
)

_SENTENCE_END = re.compile(r"(?<=[.!?;])\s+(?=[A-Z`*])")
_DIRECTIVE = re.compile(r"#\s*(noqa|type:|pragma|!)")
_QUOTED = re.compile(r"``[^`]*``|`[^`]*`|\"[^\"]*\"|https?://\S+")
_FEWEST_WORDS = 3


@dataclass(frozen=True)
class Sentence:
    """A sentence of a docstring or comment, without what it quotes."""

    line: int
    text: str

    @property
    def prose(self) -> str:
        return _QUOTED.sub("", self.text)


@cache
def sentences(code: str) -> list[Sentence]:
    """Return the sentences of all docstrings and runs of comments."""
    return [
        Sentence(line, sentence)
        for line, text in (*_docstrings(code), *_comments(code))
        for sentence in _SENTENCE_END.split(" ".join(text.split()))
        if len(sentence.split()) >= _FEWEST_WORDS
    ]


def page_sentences(text: str) -> list[Sentence]:
    """Return the sentences of a Markdown page without blocks: of its paragraphs, list entries and rows of tables."""
    paragraphs = re.split(r"\n\s*\n|\n(?=[-|#])", re.sub(r"\]\([^)]*\)", "]", text))
    return [
        Sentence(1, sentence)
        for paragraph in paragraphs
        if not paragraph.lstrip().startswith("#")
        for sentence in _SENTENCE_END.split(" ".join(paragraph.split()))
    ]


def complaints(code: str) -> Iterator[str]:
    """Yield each rule that a sentence of a module breaks, with its line."""
    for sentence in sentences(code):
        yield from complaints_about(sentence)


def complaints_about(sentence: Sentence) -> Iterator[str]:
    """Yield each rule that a sentence breaks, with its line."""
    if len(RELATIVE.findall(sentence.prose)) > MOST_RELATIVE_WORDS:
        yield f"{sentence.line}: two relative words: {sentence.text}"
    for word in BANNED.findall(sentence.prose):
        yield f"{sentence.line}: banned words {word!r}: {sentence.text}"
    if re.match(r"(What|That)\b(?! it means:)", sentence.prose):
        yield f"{sentence.line}: begins with a relative clause: {sentence.text}"


def public_names(code: str) -> Iterator[tuple[str, str]]:
    """Yield the kind ("class" or "function") and name of each public definition of a module."""
    for node in ast.parse(code).body:
        match node:
            case ast.ClassDef(name=name) if not name.startswith("_"):
                yield "class", name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) if not name.startswith("_"):
                yield "function", name
            case _:
                pass


def local_names(code: str) -> Iterator[tuple[int, str]]:
    """Yield the line and name of each parameter and each variable that is assigned."""
    for node in ast.walk(ast.parse(code)):
        match node:
            case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()):
                yield node.lineno, name
            case _:
                pass


def module_words(path: Path) -> list[str]:
    """Return the words of a module's name."""
    return path.stem.split("_")


def _docstrings(code: str) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            text = ast.get_docstring(node)
            if text:
                yield getattr(node, "lineno", 1), text


def _comments(code: str) -> Iterator[tuple[int, str]]:
    start, last, run = 0, -2, list[str]()
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        if token.type != tokenize.COMMENT or _DIRECTIVE.match(token.string):
            continue
        if token.start[0] != last + 1 and run:
            yield start, " ".join(run)
            run = []
        start, last = start if run else token.start[0], token.start[0]
        run.append(token.string.lstrip("# "))
    if run:
        yield start, " ".join(run)
