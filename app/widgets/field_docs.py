"""Reads the documentation line under each field of a dataclass, as the command line shows it.

An option is written once: the settings form and ``--help`` both take their words from the string
below the field in the source.
"""

import ast
import inspect
import textwrap
from collections.abc import Hashable
from functools import cache
from typing import cast


def field_docs(kind: type) -> dict[str, str]:
    """Documentation of each field of the dataclass `kind`, by field name, inherited ones included.

    Fields without a line below them are absent. A class whose source cannot be read (made at
    run time) has no documentation and gives an empty dict.
    """
    docs: dict[str, str] = {}
    for ancestor in reversed(kind.__mro__):
        if ancestor is not object:
            docs |= _docs_in_source(ancestor)
    return docs


@cache
def _docs_in_source(kind: Hashable) -> dict[str, str]:
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(cast(type, kind))))
    except (OSError, TypeError, SyntaxError):
        return {}
    definition = tree.body[0]
    if not isinstance(definition, ast.ClassDef):
        return {}
    docs: dict[str, str] = {}
    for statement, following in zip(definition.body, definition.body[1:], strict=False):
        if (
            isinstance(statement, ast.AnnAssign)
            and isinstance(statement.target, ast.Name)
            and isinstance(following, ast.Expr)
            and isinstance(following.value, ast.Constant)
            and isinstance(following.value.value, str)
        ):
            docs[statement.target.id] = " ".join(following.value.value.split())
    return docs
