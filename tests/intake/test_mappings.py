"""A saved mapping comes back as it was, whatever its columns are called."""

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from assistant.intake.mappings import SavedMapping, load_mapping, save_mapping

WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)


@given(st.dictionaries(WORDS, WORDS, max_size=5), st.none() | WORDS)
def test_a_mapping_comes_back_as_it_was(fields: dict[str, str], product: str | None) -> None:
    mapping = SavedMapping(fields, "chat", product)
    with tempfile.TemporaryDirectory() as folder:
        save_mapping(Path(folder), "m", mapping)
        assert load_mapping(Path(folder), "m") == mapping
