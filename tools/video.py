"""Predict the expressions of the faces in a video, or before a camera, frame by frame.

Writes faces.csv (a row for each frame and face, as they come), annotated.mp4, timeline.png and
video.json. A face keeps its number from frame to frame. A camera is read until Ctrl-C or --seconds.

Examples:
    mmfer video party.mp4 --out-dir out --smooth 0.5
    mmfer camera 0 --out-dir out --seconds 60
"""

import argparse
from pathlib import Path

from mmfer.apis import FERInferencer
from mmfer.apis.predictions import UNSURE_BELOW
from mmfer.apis.video import AT_ONCE, read_frames
from mmfer.apis.video_files import ANNOTATED, VideoFiles
from mmfer.faces.video import FaceTracker, VideoSource, open_camera, open_video
from mmfer.progress import progress_bar
from mmfer.runtime.face_network_choice import usable_detector
from mmfer.shipped_models import DEFAULT
from mmfer.user_errors import friendly_errors, given_path


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('source', help='a video file, or the number of a camera')
    parser.add_argument('--out-dir', required=True, type=given_path, help='folder for the results')
    parser.add_argument(
        '--checkpoint', help=f'a .pth or .onnx file, or a shipped model; default: {DEFAULT}'
    )
    parser.add_argument('--config', help='the config; default: the config in the checkpoint')
    parser.add_argument('--device', default='cpu', help='default: %(default)s')
    parser.add_argument(
        '--backend',
        choices=('pytorch', 'onnxruntime'),
        help='what runs the model; onnxruntime, of mmfer[onnxruntime], is faster on a CPU; '
        'default: pytorch, or onnxruntime where that is not installed and for an .onnx file',
    )
    parser.add_argument('--every', type=int, default=1, help='answer every so-many-th frame')
    parser.add_argument('--seconds', type=float, help='stop after this time of the video')
    parser.add_argument(
        '--smooth', type=float, default=0.0, help='seconds over which scores are averaged'
    )
    parser.add_argument(
        '--detect-every',
        type=int,
        default=5,
        help='answered frames from one search for faces to the next; between, known faces are '
        'followed, default: %(default)s',
    )
    parser.add_argument(
        '--min-face-size', type=int, default=40, help='pixels, default: %(default)s'
    )
    parser.add_argument(
        '--unsure-below', type=float, default=UNSURE_BELOW, metavar='P', help='default: %(default)s'
    )
    parser.add_argument('--no-video', action='store_true', help='write no annotated video')
    return parser.parse_args()


def open_source(source: str) -> VideoSource:
    if source.isdecimal() and not Path(source).exists():
        return open_camera(int(source))
    return open_video(source)


def check_target(source: str, folder: Path) -> None:
    if Path(source).resolve() == (folder / ANNOTATED).resolve():
        raise ValueError(
            f'The annotated video would overwrite the input "{source}". Give another --out-dir.'
        )


def counted(number: int, noun: str) -> str:
    return f'{number} {noun}' if number == 1 else f'{number} {noun}s'


@friendly_errors
def main() -> None:
    args = parse_args()
    if args.config and not args.checkpoint:
        raise ValueError('Give the checkpoint that was trained with the config (--checkpoint).')
    check_target(args.source, args.out_dir)
    with open_source(args.source) as video:
        inferencer = FERInferencer(
            args.config or args.checkpoint,
            args.checkpoint if args.config else None,
            args.device,
            usable_detector(min_face_size=args.min_face_size),
            unsure_below=args.unsure_below,
            backend=args.backend,
        )
        for line in inferencer.notes:
            print(line)
        tracker = FaceTracker(inferencer.detector, args.detect_every)
        frames = video.frames(args.every, args.seconds)
        total = -(-video.stated_frames // args.every) or None
        bar = progress_bar(frames, total=total, unit='frame')
        answers = read_frames(
            inferencer, bar, tracker, args.smooth, at_once=1 if video.live else AT_ONCE
        )
        rate = None if args.no_video else video.rate / args.every
        names = inferencer.scored_names
        attributes = inferencer.loaded.of_attributes
        with VideoFiles(args.out_dir, names, attributes, rate) as files:
            try:
                for found in answers:
                    files.add(found)
            except KeyboardInterrupt:
                print('Stopped; the frames so far are kept.')
            facts = {'source': args.source, 'model': inferencer.describe()}
            summary = files.finish({**facts, 'messages': video.messages})
    for line in video.messages:
        print(line)
    print(
        f'{counted(summary["frames"], "frame")}, {counted(len(summary["faces"]), "face")}. '
        f'See {args.out_dir}/faces.csv '
        'and the files beside it.'
    )


if __name__ == '__main__':
    main()
