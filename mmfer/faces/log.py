"""Lines in the log, also where mmengine is not installed."""

import logging


def log_line(text: str, level: int = logging.INFO) -> None:
    """Write a line to mmengine's log, or to Python's log "mmfer" where that is not installed."""
    try:
        from mmengine.logging import print_log  # here, because importing mmengine takes long
    except ImportError:
        logging.getLogger('mmfer').log(level, text)
    else:
        print_log(text, logger='current', level=level)
