"""The option ``--cfg-options`` of the command line tools, and the messages of all of them."""

import argparse
import ast
import re
from collections.abc import Sequence
from typing import Any

from mmengine.config import DictAction

from mmfer.engine.configuration.config_text import read_values
from mmfer.user_errors import figure_file as figure_file
from mmfer.user_errors import friendly_errors as friendly_errors
from mmfer.user_errors import given_path as given_path
from mmfer.user_errors import output_file as output_file
from mmfer.user_errors import user_message as user_message

BLANK = '\0'
"""Replaces a space while mmengine parses a value."""
QUOTED = re.compile(r'\'[^\'\\]*\'|"[^"\\]*"')
AROUND = re.compile(r'(?:^|(?<=,))[\[(\s]+|[\])\s]+(?=,|$)')
"""The brackets with spaces at the start and the end of a value in a list."""
DICTIONARY = re.compile(r'[\[(\s]*(dict\(|\{).*[\])}]\s*', re.DOTALL)
"""Matches a dictionary, or a list that begins with one."""


class ConfigOptions(DictAction):
    """``KEY=VALUE`` arguments as in mmengine, but with spaces inside values preserved.

    An invalid argument ends the tool with a message of one line.

    Example:
        >>> parser = argparse.ArgumentParser()
        >>> action = parser.add_argument('--cfg-options', nargs='+', action=ConfigOptions)
        >>> parser.parse_args(['--cfg-options', 'data_root=my faces', 'sizes=[1, 2]']).cfg_options
        {'data_root': 'my faces', 'sizes': [1, 2]}
    """

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        """Read the arguments."""
        options = dict(getattr(namespace, self.dest, None) or {})
        for text in values or ():
            key, sign, value = (part.strip() for part in str(text).partition('='))
            if not sign or not key:
                parser.error(
                    f'{option_string}: "{text}" is not KEY=VALUE. Write the key, "=" and the value '
                    'without spaces around "=", and quote a value with spaces.'
                )
            try:
                options[key] = self._value(value)
            except AssertionError:
                parser.error(f'{option_string}: the brackets of "{text}" are not balanced.')
            except SyntaxError:
                parser.error(
                    f'{option_string}: "{text}" is not complete. Write a dictionary as in a '
                    'config, such as "model.head.feature_losses=[dict(type=\'CenterLoss\')]".'
                )
        setattr(namespace, self.dest, options)

    def _value(self, text: str) -> Any:
        """The value of a text: a quoted text literally, dictionaries, a list, or a single value."""
        if QUOTED.fullmatch(text):
            return ast.literal_eval(text)
        if DICTIONARY.fullmatch(text):
            value = read_values(f'value = {text}')['value']
            if not isinstance(value, str):  # otherwise a text with braces
                return value
        if ',' in text or text.startswith(('(', '[')):
            # Only spaces beside the separators of a list do not belong to its values.
            text = re.sub(r'\s*,\s*', ',', text)
            text = AROUND.sub(lambda match: re.sub(r'\s', '', match[0]), text)
        # mmengine would remove all other spaces.
        return _with_blanks(self._parse_iterable(text.replace(' ', BLANK)))


def _with_blanks(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return type(value)(_with_blanks(one) for one in value)
    return value.replace(BLANK, ' ') if isinstance(value, str) else value


def add_config_options(parser: argparse.ArgumentParser) -> None:
    """Give a tool the option ``--cfg-options``."""
    parser.add_argument(
        '--cfg-options',
        nargs='+',
        action=ConfigOptions,
        metavar='KEY=VALUE',
        help='replace entries of the config, or its variables, such as epochs=5 data_root=DIR',
    )
