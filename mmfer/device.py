"""The device of a network, checked before use."""

import torch


def usable_device(name: str) -> torch.device:
    """The device with a name of PyTorch, such as ``'cpu'`` or ``'cuda:1'``.

    Raises:
        ValueError: If there is no such device here; the message names those that can be used.
    """
    try:
        device = torch.device(name)
        torch.empty(0, device=device)
    # For a device that is not there, PyTorch raises errors of several types.
    except (RuntimeError, AssertionError, ValueError, NotImplementedError) as error:
        there = ['cpu', *(f'cuda:{i}' for i in range(torch.cuda.device_count()))]
        if torch.backends.mps.is_available():
            there.append('mps')
        raise ValueError(
            f'The device "{name}" cannot be used: {str(error).splitlines()[0]} Use one of: '
            f'{", ".join(there)}.'
        ) from error
    return device
