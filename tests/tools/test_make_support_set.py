import pytest
import torch

from tests.tools.rald import run_main


def test_the_error_without_a_support_set_says_how_to_make_one(
    small_rald, tmp_path, monkeypatch, capsys
):
    options = ['--work-dir', tmp_path / 'work']
    with pytest.raises(SystemExit, match='tools/misc/make_support_set.py'):
        run_main(monkeypatch, 'test.py', small_rald.config, small_rald.bare, *options)
    out = tmp_path / 'with_support.pth'
    arguments = [small_rald.config, small_rald.bare, out, '--num-per-class', 1]
    run_main(monkeypatch, 'misc/make_support_set.py', *arguments)
    assert '33 support images of 66' in capsys.readouterr().out
    features = torch.load(out, weights_only=True)['state_dict']['neck.itrr.support_features']
    assert features.shape == (33, 64) and features.std() > 0
    metrics = tmp_path / 'metrics.json'
    run_main(monkeypatch, 'test.py', small_rald.config, out, '--out', metrics, *options)
    assert metrics.is_file()


def test_a_model_without_itrr_is_refused(small_rald, tmp_path, monkeypatch):
    config = tmp_path / 'plain.py'
    config.write_text(
        f"_base_ = r'{small_rald.config}'\n"
        "model = dict(neck=dict(itrr=None, neighbors='cosine'), head=dict(neighbor_loss=None))\n"
    )
    state = torch.load(small_rald.bare, weights_only=True)
    state['state_dict'] = {k: v for k, v in state['state_dict'].items() if 'itrr' not in k}
    torch.save(state, tmp_path / 'plain.pth')
    with pytest.raises(SystemExit, match='needs no support set'):
        arguments = [config, tmp_path / 'plain.pth', tmp_path / 'out.pth']
        run_main(monkeypatch, 'misc/make_support_set.py', *arguments)
