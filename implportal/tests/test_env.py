from __future__ import annotations

import stat

import pytest

from implportal import env


@pytest.mark.parametrize(("mode", "made"), [(0o700, 0o700), (0o755, 0o755)])
def test_it_makes_a_folder_readable_by_those_only_who_should(tmp_path, monkeypatch, mode, made):
    monkeypatch.setenv("VAR_DIR", str(tmp_path / "some" / "var"))

    folder = env.folder("VAR_DIR", tmp_path, mode=mode)

    assert stat.S_IMODE(folder.stat().st_mode) == made
