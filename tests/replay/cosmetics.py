"""Edits of a source text that change nothing of what the code does."""

import ast
import io
import re
import tokenize
from collections.abc import Callable

Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def comment_on_top(source: str) -> str:
    """Put a comment before everything."""
    return f"# a note\n\n{source}"


def comments_at_line_ends(source: str) -> str:
    """Put a comment at the end of each statement's last line."""
    return _inserted(
        source, [(token.start, "  # a note") for token in _tokens(source) if token.type == tokenize.NEWLINE]
    )


def blank_lines(source: str) -> str:
    """Put an empty line after each statement."""
    return _inserted(source, [(token.start, "\n") for token in _tokens(source) if token.type == tokenize.NEWLINE])


def a_line_for_each_argument(source: str) -> str:
    """Break the line after each comma within brackets."""
    depth, places = 0, []
    for token in _tokens(source):
        depth += (token.string in "([{") - (token.string in ")]}") if token.type == tokenize.OP else 0
        if depth and token.type == tokenize.OP and token.string == ",":
            places.append((token.end, "\n"))
    return _inserted(source, places)


def in_brackets(source: str) -> str:
    """Put brackets around what is returned in one line."""
    return re.sub(r"^( +return )([^\n(\[{#]+?)( *#.*)?$", r"\1(\2)\3", source, flags=re.MULTILINE)


def written_anew(source: str) -> str:
    """Write the code as Python's own printer does: other quotes, other brackets, no comments, no empty lines."""
    return ast.unparse(ast.parse(source)) + "\n"


def docstrings_changed(source: str) -> str:
    """Give everything that has a docstring another one."""
    lines = source.splitlines()
    for node in _documented(source):
        if ast.get_docstring(node) is not None:
            first = node.body[0]
            lines[first.lineno - 1] = f'{" " * first.col_offset}"""Something else."""'
    return "\n".join(lines) + "\n"


def docstrings_added(source: str) -> str:
    """Give everything that has no docstring one."""
    lines = source.splitlines()
    for node in sorted(_documented(source), key=lambda node: -_line(node)):
        if ast.get_docstring(node) is None and node.body:
            lines.insert(_line(node) - 1, f'{" " * node.body[0].col_offset}"""Something new."""')
    return "\n".join(lines) + "\n"


def docstrings_removed(source: str) -> str:
    """Take all docstrings away; `pass` where nothing else is left."""
    lines = source.splitlines()
    for node in _documented(source):
        if ast.get_docstring(node) is not None:
            first = node.body[0]
            lines[first.lineno - 1] = "" if len(node.body) > 1 else " " * first.col_offset + "pass"
    return "\n".join(lines) + "\n"


EDITS: tuple[Callable[[str], str], ...] = (
    comment_on_top,
    comments_at_line_ends,
    blank_lines,
    a_line_for_each_argument,
    in_brackets,
    written_anew,
    docstrings_changed,
    docstrings_added,
    docstrings_removed,
)


def _tokens(source: str) -> list[tokenize.TokenInfo]:
    return list(tokenize.generate_tokens(io.StringIO(source).readline))


def _inserted(source: str, places: list[tuple[tuple[int, int], str]]) -> str:
    lines = source.splitlines()
    for (line, column), text in sorted(places, reverse=True):
        lines[line - 1] = lines[line - 1][:column] + text + lines[line - 1][column:]
    return "\n".join(lines) + "\n"


def _documented(source: str) -> list[Documented]:
    return [node for node in ast.walk(ast.parse(source)) if isinstance(node, Documented)]


def _line(node: Documented) -> int:
    """The line on which the first statement begins, its decorators included."""
    if not node.body:
        return 0
    first = node.body[0]
    return min([first.lineno, *(one.lineno for one in getattr(first, "decorator_list", ()))])
