"""Messages for the users of the command line tools, also where PyTorch is not installed."""

import argparse
import errno
import io
import os
import re
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from functools import wraps
from importlib.util import find_spec
from pathlib import Path
from traceback import FrameSummary
from typing import Any

from mmfer.files import check_writable
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
UNKNOWN_COMPONENT = ('registry. Please check whether', 'no component has the name')
"""Parts of the messages of mmengine and of mmfer about a component that is not registered."""
RAISE = re.compile(r'(^|[:;]\s*)raise ')
"""Matches a line that raises an error, also after a condition on the same line."""
OWN_PACKAGES = ('mmfer', 'mmengine', 'mmpretrain')
"""Packages whose errors of these types are meant for the user."""
FIGURES = ('.jpeg', '.jpg', '.pdf', '.png', '.svg', '.webp')
"""The ends of the names of files for figures."""
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
    own = any(_folder(package) in Path(file).parents for package in OWN_PACKAGES)
    plugins = sys.modules.get('mmfer.plugins')  # without it, no plugin was loaded
    own = own or file == tool or bool(plugins and plugins.is_plugin_code(file))
    on_purpose = RAISE.search(line) is not None or isinstance(error, OSError)
    if not own or not on_purpose:
        return None
    unknown = any(part in message for part in UNKNOWN_COMPONENT)
    skipped = plugins.skipped_plugins() if plugins and unknown else []
    return '\n'.join([message, *(f'The plugin {plugin}.' for plugin in skipped)])


def _names_unknown_option(error: BaseException, frames: Sequence[FrameSummary]) -> bool:
    """Whether a component of a config was built with an option that it does not have."""
    builder = _folder('mmengine') / 'registry' / 'build_functions.py'
    built = bool(frames) and Path(frames[-1].filename) == builder
    return built and isinstance(error, TypeError) and 'unexpected keyword argument' in str(error)


def _folder(package: str) -> Path:
    """The folder of a package; a path that no file has, if the package is not installed."""
    spec = find_spec(package)
    return Path(os.devnull) if spec is None or spec.origin is None else Path(spec.origin).parent


def friendly_errors(main: Callable[..., None], exit_code: int = 1) -> Callable[..., None]:
    """Let a tool end with one clear message for errors in the input of the user.

    If what reads the output ends first, as ``head`` does, the tool ends without a message.
    An error in the input (a wrong path, a missing data set, classes that do not fit, an output
    that cannot be written) is printed without a traceback. Any other error is a bug and keeps its
    traceback. Characters that the output cannot show, as in the name of a file, are escaped. The
    environment variable ``MMFER_DEBUG=1`` shows all tracebacks.

    Args:
        main: The function of the tool.
        exit_code: The exit code for errors in the input.
    """

    @wraps(main)
    def run(*arguments: Any) -> None:
        if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.errors == 'strict':
            sys.stdout.reconfigure(errors='backslashreplace')
        try:
            main(*arguments)
        except KeyboardInterrupt:
            print('\nInterrupted.', file=sys.stderr)
            sys.exit(130)
        except BrokenPipeError:  # what reads the output, such as `head`, has ended
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(128 + getattr(signal, 'SIGPIPE', 13))  # Windows has no signal for it
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


def figure_file(text: str) -> Path:
    """The path of a figure that a tool will write, checked before the work.

    Raises:
        argparse.ArgumentTypeError: If the path is empty, or has another suffix than a figure.
        OSError: If the file cannot be written, or is a folder.
    """
    if given_path(text).suffix.lower() not in FIGURES:
        raise argparse.ArgumentTypeError(f'"{text}": the name ends in one of {", ".join(FIGURES)}')
    return output_file(text)
