"""An extension of Griffe: docstrings in reStructuredText are rewritten as Markdown."""

import re
from typing import Any

from griffe import Extension, Object

ROLE = re.compile(r':(?:\w+:)?\w+:`~?([^`]+)`')
"""A role, such as ``:class:`Name```; only its text is shown, as code."""
LITERAL_BLOCK = re.compile(r'::(?=\n\s*\n)')
"""The two colons before an indented block of code, of which one is shown."""
EXAMPLE = re.compile(r'^( *)Example:(?=\n+ *>>>)', re.MULTILINE)
"""The heading of lines of Python; Griffe knows its plural."""


class Docstrings(Extension):
    """Rewrites the docstring of each object that Griffe finds."""

    def on_instance(self, *, obj: Object, **kwargs: Any) -> None:
        if obj.docstring is not None:
            text = ROLE.sub(r'`\1`', obj.docstring.value)
            obj.docstring.value = EXAMPLE.sub(r'\1Examples:', LITERAL_BLOCK.sub(':', text))
