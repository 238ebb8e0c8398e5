"""The pinned versions suit every Python that mmfer is for."""

from importlib.metadata import distributions

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from tests.helpers import ROOT


def test_pinned_versions_suit_the_first_python_3_11() -> None:
    lines = (ROOT / 'requirements/lock.txt').read_text().splitlines()
    pinned = [Requirement(line) for line in lines if line and not line.startswith('#')]
    installed = {canonicalize_name(one.metadata['Name']): one for one in distributions()}
    found = [
        installed[name] for one in pinned if (name := canonicalize_name(one.name)) in installed
    ]
    assert len(found) > 100
    needs = {one.name: one.metadata.get('Requires-Python') for one in found}
    assert {
        name: need for name, need in needs.items() if '3.11.0' not in SpecifierSet(need or '')
    } == {}
