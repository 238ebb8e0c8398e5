from pathlib import Path

import pytest

from mmfer.faces.clips.clip_results import recorded_clip, results_stem
from mmfer.files import write_json


def test_results_of_another_clip_of_the_same_name_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    first, second = Path('sub01/EP02_01f'), Path('sub02/EP02_01f')
    for clip in (first, second):
        clip.mkdir(parents=True)
    out = tmp_path / 'out'
    stem = results_stem(out, first, '_apex.json')
    assert stem == str(out / 'EP02_01f') and out.is_dir()
    write_json(f'{stem}_apex.json', {'clip': recorded_clip(first)})
    for again in (first, tmp_path / first, second / '../../sub01/EP02_01f'):
        assert results_stem(out, again, '_apex.json') == stem
    with pytest.raises(ValueError, match='sub01/EP02_01f.*, not of .*sub02/EP02_01f.*--out-dir'):
        results_stem(out, second, '_apex.json')
    assert results_stem(out, second, '_intervals.json') == stem


@pytest.mark.parametrize('content', ['', '[' * 100_000, '[]', '{"apex": 3}', '{"clip": 3}'])
def test_a_file_of_an_unknown_clip_is_kept(content: str, tmp_path: Path) -> None:
    (tmp_path / 'a_apex.json').write_text(content)
    (tmp_path / 'a').mkdir()
    with pytest.raises(ValueError, match='holds the results of an unknown clip, not of'):
        results_stem(tmp_path, tmp_path / 'a', '_apex.json')
