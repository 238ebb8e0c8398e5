"""The page, made with Gradio."""

import os
import shutil
import time
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any

from mmfer.demo.answers import Answer, Reader
from mmfer.demo.limits import MOST_BYTES, MOST_PIXELS, MOST_SECONDS

os.environ['GRADIO_ANALYTICS_ENABLED'] = 'False'  # read when Gradio is imported
os.environ['HF_HUB_DISABLE_TELEMETRY'] = '1'

FONTS = ('system-ui', 'sans-serif')
"""Fonts of the machine: the default theme loads fonts from elsewhere."""
SOURCES = ('upload', 'webcam', 'clipboard')
"""Where a photograph may come from."""
BUTTONS = ('download', 'fullscreen')
"""Buttons of images, without the one that shares an image with strangers."""
NARROW = 320
"""Pixels; on a page too narrow for two images of this width, one is below the other."""
KEPT = 600
"""Seconds after which uploads and results are deleted."""
LIMITS = (
    f'Uploads of at most {MOST_BYTES >> 20} MiB and {MOST_PIXELS // 10**6} million pixels; of a '
    f'video, the first {MOST_SECONDS:g} seconds are read. Files stay on this machine and are '
    f'deleted after {KEPT // 60} minutes. Labels describe what a face shows, not what a person '
    'feels.'
)


def load_gradio() -> Any:
    """Import Gradio.

    Raises:
        ValueError: If Gradio is not installed.
    """
    try:
        import gradio
    except ImportError as error:
        raise ValueError(
            f'The page needs the package gradio, which cannot be imported ({error}). Install it: '
            'pip install "mmfer[demo]"'
        ) from error
    return gradio


def build_app(reader: Reader) -> Any:
    """The page of a reader, a ``gradio.Blocks``.

    Raises:
        ValueError: If Gradio is not installed.
    """
    gr = load_gradio()
    results = TemporaryDirectory(prefix='mmfer_demo_')  # removed at the end of the process

    def photo(path: str | None, model: str, explain: bool) -> tuple[Any, ...]:
        return _outputs(reader.photo(path, model, explain))[:4]

    def video(path: str | None, model: str) -> tuple[Any, ...]:
        _remove_old(Path(results.name))
        return _outputs(reader.video(path, model, Path(mkdtemp(dir=results.name))))

    head = ['face', 'answer', 'confidence', 'unsure']
    with gr.Blocks(title='mmfer', analytics_enabled=False, delete_cache=(KEPT, KEPT)) as app:
        gr.Markdown(f'# Facial expressions\n{LIMITS}')
        model = gr.Dropdown(reader.models, value=reader.models[0], label='model')
        with gr.Tab('Photograph'):
            with gr.Row():
                given = _as_file(gr.Image(sources=SOURCES, label='photograph', min_width=NARROW))
                drawn = gr.Image(
                    label='faces', interactive=False, buttons=BUTTONS, min_width=NARROW
                )
            explain = gr.Checkbox(label='show the regions behind the answer (Grad-CAM)')
            start = gr.Button('Read the faces', variant='primary')
            said = gr.Markdown()
            with gr.Row():
                table = gr.Dataframe(
                    headers=head, label='answers', interactive=False, min_width=NARROW, scale=2
                )
                regions = gr.Gallery(
                    label='regions', columns=2, height='auto', min_width=NARROW, buttons=BUTTONS
                )
            start.click(photo, [given, model, explain], [said, drawn, table, regions])
        with gr.Tab('Video'):
            film = _as_file(
                gr.Video(sources=['upload', 'webcam'], label='video', include_audio=False)
            )
            watch = gr.Button('Follow the faces', variant='primary')
            told = gr.Markdown()
            plot = gr.Image(label='scores over time', interactive=False, buttons=BUTTONS)
            tracks = gr.Dataframe(headers=['face', 'answer', 'mean score', 'time'], label='faces')
            frames = gr.Gallery(label='frames', columns=4, height='auto', buttons=BUTTONS)
            files = gr.File(label='files', file_count='multiple')
            watch.click(video, [film, model], [told, plot, tracks, frames, files])
    app.queue(max_size=20, default_concurrency_limit=1)
    return app


def serve(app: Any, host: str = '127.0.0.1', port: int | None = None, block: bool = True) -> str:
    """Serve a page of :func:`build_app` and return its address.

    Args:
        app: The page.
        host: The address to listen at; the default is reached from this machine only.
        port: The port; None takes a free one from 7860 on.
        block: Serve until the process is interrupted.

    Raises:
        OSError: If the port is taken.
    """
    gr = load_gradio()
    theme = gr.themes.Default(font=FONTS, font_mono=('ui-monospace', 'monospace'))
    _, address, _ = app.launch(
        server_name=host,
        server_port=port,
        share=False,
        inbrowser=False,
        prevent_thread_lock=True,
        quiet=True,
        max_file_size=MOST_BYTES,
        show_error=True,
        ssr_mode=False,
        enable_monitoring=False,
        theme=theme,
        footer_links=[],
    )
    print(f'The page is at {address} Stop it with Ctrl+C.', flush=True)
    if block:
        app.block_thread()
    return str(address)


def _as_file(component: Any) -> Any:
    """Let an upload arrive as the path of its file, so that mmfer decodes it within its limits."""

    def path_of(payload: Any) -> str | None:
        file = getattr(payload, 'video', payload)  # some versions wrap the file of a video
        return None if file is None else file.path

    component.preprocess = path_of
    return component


def _remove_old(folder: Path) -> None:
    """Remove results of which Gradio has a copy, or had one until it was deleted."""
    for path in folder.iterdir():
        if path.stat().st_mtime < time.time() - KEPT:
            shutil.rmtree(path, ignore_errors=True)


def _outputs(answer: Answer) -> tuple[Any, ...]:
    return answer.message, answer.image, answer.rows, answer.faces, answer.files
