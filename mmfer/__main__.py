"""``python -m mmfer`` is the command ``mmfer``."""

from mmfer.commands import main

main()
