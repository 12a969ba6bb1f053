"""Whatever memory left in a generation's files is gone before the generation is sealed, and nothing else is."""

import struct
from pathlib import Path

import numpy as np
import pytest

from vectorstore import chroma
from vectorstore.errors import GenerationError
from vectorstore.leftovers import blank_leftovers

SECRET = b"13912345678"
COUNT, DIM = 300, 16


@pytest.fixture
def generation(tmp_path: Path) -> Path:
    rows = np.random.default_rng(1).normal(size=(COUNT, DIM)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    collection = chroma.create_collection(tmp_path, 10)
    collection.add(np.arange(1, COUNT + 1), rows)
    collection.close()
    return tmp_path


def neighbours(directory: Path) -> list[list[int]]:
    chroma.look_over(directory)
    collection = chroma.open_collection(directory)
    queries = np.random.default_rng(2).normal(size=(5, DIM)).astype(np.float32)
    found = [collection.nearest(query, 10)[0].tolist() for query in queries]
    collection.close()
    return found


def test_leftovers_are_blanked_and_the_same_is_found(generation: Path) -> None:
    before = neighbours(generation)
    (bottom,) = generation.glob("*/data_level0.bin")
    content = bytearray(bottom.read_bytes())
    links = struct.unpack_from("<H", content, 0)[0]
    at = 4 + 4 * links
    content[at : at + len(SECRET)] = SECRET
    bottom.write_bytes(content)
    assert blank_leftovers(generation) >= len(SECRET), "what memory left besides may be more"
    assert not any(SECRET in path.read_bytes() for path in generation.rglob("*") if path.is_file())
    assert blank_leftovers(generation) == 0
    assert neighbours(generation) == before


def test_room_for_elements_that_are_not_there_is_blanked_too(tmp_path: Path) -> None:
    rows = np.eye(3, DIM, dtype=np.float32)
    collection = chroma.create_collection(tmp_path, 10)
    collection.add(np.arange(1, 4), rows)
    collection.close()
    blank_leftovers(tmp_path)
    before = neighbours(tmp_path)
    (bottom,) = tmp_path.glob("*/data_level0.bin")
    content = bytearray(bottom.read_bytes())
    content[-len(SECRET) :] = SECRET
    bottom.write_bytes(content)
    assert blank_leftovers(tmp_path) == len(SECRET)
    assert SECRET not in bottom.read_bytes()
    assert neighbours(tmp_path) == before


@pytest.mark.parametrize("name", ["header.bin", "data_level0.bin", "link_lists.bin"])
def test_files_of_another_layout_are_not_trusted(generation: Path, name: str) -> None:
    (path,) = generation.glob(f"*/{name}")
    path.write_bytes(path.read_bytes() + b"\x01\x02\x03")
    with pytest.raises(GenerationError, match="leftovers"):
        blank_leftovers(generation)
