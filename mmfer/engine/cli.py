"""Common parts of the command line tools."""

import argparse
import ast
import errno
import os
import re
import sys
import traceback
from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from traceback import FrameSummary
from typing import Any

import mmengine
import mmpretrain
from mmengine.config import DictAction

import mmfer
from mmfer.engine.configuration.config_text import read_values
from mmfer.files import check_writable
from mmfer.plugins import is_plugin_code, skipped_plugins
from mmfer.worker_pool import WorkerKilledError

USER_ERRORS = (ValueError, OSError, KeyError, WorkerKilledError)
ADVICE = {
    errno.EACCES: 'Check the permissions.',
    errno.EDQUOT: 'Free some space.',
    errno.EEXIST: 'Give another path, or move it away.',
    errno.EFBIG: 'Give a path on another disk.',
    errno.EISDIR: 'Give the path of a file.',
    errno.ENAMETOOLONG: 'Give a shorter path.',
    errno.ENOENT: 'Check the path.',
    errno.ENOSPC: 'Free some space.',
    errno.ENOTDIR: 'A part of the path is a file; give another path.',
    errno.EPERM: 'Check the permissions.',
    errno.EROFS: 'Give a path on another disk.',
}
"""What to do about errors of the file system."""
OWN_FOLDERS = [Path(str(package.__file__)).parent for package in (mmfer, mmengine, mmpretrain)]
"""Packages whose errors of these types are meant for the user."""
BUILDER = Path(str(mmengine.__file__)).parent / 'registry' / 'build_functions.py'
"""The module that builds the components of a config."""
UNKNOWN_COMPONENT = ('registry. Please check whether', 'no component has the name')
"""Parts of the messages of mmengine and of mmfer about a component that is not registered."""
RAISE = re.compile(r'(^|[:;]\s*)raise ')
"""Matches a line that raises an error, also after a condition on the same line."""
BLANK = '\0'
"""Replaces a space while mmengine parses a value."""
QUOTED = re.compile(r'\'[^\'\\]*\'|"[^"\\]*"')
AROUND = re.compile(r'(?:^|(?<=,))[\[(\s]+|[\])\s]+(?=,|$)')
"""The brackets with spaces at the start and the end of a value in a list."""
DICTIONARY = re.compile(r'[\[(\s]*(dict\(|\{).*[\])}]\s*', re.DOTALL)
"""Matches a dictionary, or a list that begins with one."""
IN_WORKER = re.compile(
    r'Original Traceback.*File "(?P<file>[^"]+)", line [^\n]*\n +(?P<line>[^\n]*)\n'
    r'.*?^\w+: (?P<message>.*)',
    re.DOTALL | re.MULTILINE,
)
"""Matches place and message of an error in the traceback from a data loading process."""


def user_message(error: BaseException, tool: str) -> str | None:
    """The message for the user of a tool, or None if the user did not cause the error.

    The user caused an error of the types :data:`USER_ERRORS` if a ``raise`` in the tool, in mmfer,
    in a plugin or in mmfer's foundations raised the error, or if it is an error of the file system
    in :data:`ADVICE`. Other errors from calls to other libraries are not the user's. The message
    about an unknown component ends with the plugins that were skipped, since one of them may hold
    it.

    Args:
        error: A caught error.
        tool: The path of the tool.
    """
    frames = traceback.extract_tb(error.__traceback__)
    if _names_unknown_option(error, frames):
        return f'{error}. Correct or remove this option in the config.'
    if not isinstance(error, USER_ERRORS) or not frames:
        return None
    if isinstance(error, OSError) and error.errno in ADVICE:
        place = '' if error.filename is None else f': "{error.filename}"'
        return f'{error.strerror}{place}. {ADVICE[error.errno]}'
    file, line = frames[-1].filename, frames[-1].line or ''
    message = str(error.args[0] if isinstance(error, KeyError) and error.args else error)
    if in_worker := IN_WORKER.search(message):
        file, line, message = in_worker['file'], in_worker['line'], in_worker['message'].strip()
    own = any(folder in Path(file).parents for folder in OWN_FOLDERS)
    own = own or file == tool or is_plugin_code(file)
    on_purpose = RAISE.search(line) is not None or isinstance(error, OSError)
    if not own or not on_purpose:
        return None
    unknown = any(part in message for part in UNKNOWN_COMPONENT)
    skipped = skipped_plugins() if unknown else []
    return '\n'.join([message, *(f'The plugin {plugin}.' for plugin in skipped)])


def _names_unknown_option(error: BaseException, frames: Sequence[FrameSummary]) -> bool:
    """Whether a component of a config was built with an option that it does not have."""
    built = bool(frames) and Path(frames[-1].filename) == BUILDER
    return built and isinstance(error, TypeError) and 'unexpected keyword argument' in str(error)


def friendly_errors(main: Callable[..., None], exit_code: int = 1) -> Callable[..., None]:
    """Let a tool end with one clear message for errors in the input of the user.

    An error in the input (a wrong path, a missing data set, classes that do not fit, an output
    that cannot be written) is printed without a traceback. Any other error is a bug and keeps its
    traceback. The environment variable ``MMFER_DEBUG=1`` shows all tracebacks.

    Args:
        main: The function of the tool.
        exit_code: The exit code for errors in the input.
    """

    @wraps(main)
    def run(*arguments: Any) -> None:
        try:
            main(*arguments)
        except KeyboardInterrupt:
            print('\nInterrupted.', file=sys.stderr)
            sys.exit(130)
        except (*USER_ERRORS, TypeError) as error:
            message = user_message(error, main.__code__.co_filename)
            if message is None or os.environ.get('MMFER_DEBUG') == '1':
                raise
            if exit_code == 1:
                sys.exit(f'Error: {message}')
            print(f'Error: {message}', file=sys.stderr)
            sys.exit(exit_code)

    return run


def given_path(text: str) -> Path:
    """The path in an argument of a tool.

    Raises:
        argparse.ArgumentTypeError: If the path is empty, which would be the current folder.
    """
    if not text.strip():
        raise argparse.ArgumentTypeError('the path is empty; "." is the current folder')
    return Path(text)


def output_file(text: str) -> Path:
    """The path of a file that a tool will write, checked before the work.

    Raises:
        argparse.ArgumentTypeError: If the path is empty.
        OSError: If the file cannot be written, or is a folder.
    """
    path = given_path(text)
    check_writable(path)
    return path


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
