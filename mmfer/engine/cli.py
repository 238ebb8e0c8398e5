"""What the command line tools share."""

import os
import sys
from collections.abc import Callable
from functools import wraps
from types import TracebackType

USER_ERRORS = (ValueError, FileNotFoundError, NotADirectoryError, KeyError)
OWN_PACKAGES = ('mmfer', 'mmengine', '__main__')
"""A user error is raised on purpose, by one of these."""


def _raised_by(error: BaseException) -> str:
    """The top-level package whose code raised an error."""
    frame: TracebackType | None = error.__traceback__
    module = ''
    while frame is not None:
        module = frame.tb_frame.f_globals.get('__name__', '')
        frame = frame.tb_next
    return module.partition('.')[0]


def friendly_errors(main: Callable[[], None]) -> Callable[[], None]:
    """Let a tool end with one clear message where its user is to blame.

    An error in the user's input (a wrong path, a data set that is not there, classes that do not
    fit) is printed without a traceback, and the exit code is 1. Any other error is a bug and keeps
    its traceback. With ``MMFER_DEBUG=1`` in the environment all tracebacks are shown.
    """

    @wraps(main)
    def run() -> None:
        if os.environ.get('MMFER_DEBUG') == '1':
            main()
            return
        try:
            main()
        except KeyboardInterrupt:
            sys.exit('\nInterrupted.')
        except USER_ERRORS as error:
            if _raised_by(error) not in OWN_PACKAGES:
                raise
            message = error.args[0] if isinstance(error, KeyError) else error
            sys.exit(f'Error: {message}')

    return run
