import pytest
import torch

from mmfer.engine.trained_models.content import load_weights
from tests.apis.model_files import write_model


def test_a_missing_broken_or_foreign_checkpoint_is_refused(tmp_path):
    model = torch.nn.Linear(2, 3)
    with pytest.raises(FileNotFoundError, match=r'no\.pth'):
        load_weights(model, tmp_path / 'no.pth')
    (tmp_path / 'text.pth').write_text('no weights')
    with pytest.raises(ValueError, match=r'text\.pth" is not a PyTorch checkpoint'):
        load_weights(model, tmp_path / 'text.pth')
    (tmp_path / 'empty.pth').write_bytes(b'')
    with pytest.raises(ValueError, match=r'empty\.pth"'):
        load_weights(model, tmp_path / 'empty.pth')
    torch.save({'state_dict': {'weight': torch.zeros(3, 2)}}, tmp_path / 'part.pth')
    with pytest.raises(ValueError, match='bias'):
        load_weights(model, tmp_path / 'part.pth')
    torch.save(model.state_dict(), tmp_path / 'plain.pth')
    assert load_weights(torch.nn.Linear(2, 3), tmp_path / 'plain.pth') == {}


def test_truncated_checkpoint(tmp_path):
    _, checkpoint = write_model(tmp_path)
    checkpoint.write_bytes(checkpoint.read_bytes()[:5000])
    with pytest.raises(ValueError, match=r'model\.pth"'):
        load_weights(torch.nn.Linear(2, 3), checkpoint)


def test_checkpoint_cannot_run_code(tmp_path):
    class Evil:
        def __reduce__(self):
            return (open, (str(tmp_path / 'ran'), 'w'))

    torch.save({'state_dict': {}, 'meta': Evil()}, tmp_path / 'evil.pth')
    with pytest.raises(ValueError, match='run code'):
        load_weights(torch.nn.Linear(2, 3), tmp_path / 'evil.pth')
    assert not (tmp_path / 'ran').exists()
