"""Every file of the nasty kit: what is good in it comes in letter for letter, the rest is counted with its reason."""

from pathlib import Path

import pytest

from tests.intake.nasty import KIT
from tests.intake.reading_help import read_text


@pytest.mark.parametrize("what", KIT)
def test_what_is_good_comes_in_and_the_rest_is_counted(tmp_path: Path, what: str) -> None:
    nasty = KIT[what]
    folder = tmp_path / "in" / "here"
    folder.mkdir(parents=True)
    result = read_text(folder, nasty.data, nasty.name)
    assert tuple(result.texts) == nasty.texts
    assert tuple(row.reason for row in result.rejected) == nasty.reasons
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [folder / nasty.name], "nothing else was written"
    for row in result.rejected:
        assert row.sentence.count("\n") == 0
