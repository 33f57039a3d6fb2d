"""Reads the documentation line under each field of a dataclass, as the command line shows it.

An option is written once: the settings form and ``--help`` both take their words from the string
below the field in the source.
"""

import ast
import inspect
import itertools
import textwrap
from collections.abc import Hashable
from functools import cache
from typing import cast


def field_docs(kind: type) -> dict[str, str]:
    """Documentation of each field of the dataclass `kind`, by field name, inherited ones included.

    Fields without a line below them are absent. A class whose source cannot be read (made at
    run time) has no documentation and gives an empty dict.
    """
    docs = {}
    for ancestor in reversed(kind.__mro__):
        for field, below in itertools.pairwise(_statements(ancestor)):
            match field, below:
                case (
                    ast.AnnAssign(target=ast.Name(id=name)),
                    ast.Expr(value=ast.Constant(value=str(text))),
                ):
                    docs[name] = " ".join(text.split())
    return docs


@cache
def _statements(kind: Hashable) -> list[ast.stmt]:
    """What stands in the body of a class; nothing if its source cannot be read."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(cast(type, kind))))
    except (OSError, TypeError, SyntaxError):
        return []
    return [part for found in tree.body if isinstance(found, ast.ClassDef) for part in found.body]
