"""Serve a page for a browser that reads photographs, videos and camera images.

Only this machine can open the page, unless --host is given. Needs pip install "mmfer[demo]".

Examples:
    mmfer demo
    mmfer demo --models efficientnet-lite0_ferplus work_dirs/mine/best_accuracy_epoch_9.pth
"""

import argparse

from mmfer.demo.answers import Reader
from mmfer.demo.app import build_app, load_gradio, serve
from mmfer.shipped_models import usable_models
from mmfer.user_errors import friendly_errors


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        '--models',
        nargs='+',
        metavar='MODEL',
        help='shipped models or checkpoints to choose from; default: all shipped models that the '
        'installation can run',
    )
    parser.add_argument('--device', default='cpu', help='default: %(default)s')
    parser.add_argument(
        '--host',
        default='127.0.0.1',
        help='address to listen at; 0.0.0.0 opens the page to the network, without a password',
    )
    parser.add_argument('--port', type=int, help='default: the first free one from 7860 on')
    return parser.parse_args()


@friendly_errors
def main() -> None:
    args = parse_args()
    load_gradio()
    reader = Reader(args.models or usable_models(), args.device)
    serve(build_app(reader), args.host, args.port)


if __name__ == '__main__':
    main()
