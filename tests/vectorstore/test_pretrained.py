"""Optional extras: a tiny model made here where the library is installed, and a clear sentence where it is not."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vectorstore.embedders.pretrained import Library, PretrainedEmbedder, library_of
from vectorstore.errors import EmbedderError

MODULES: dict[Library, str] = {
    "fastembed": "fastembed", "sentence-transformers": "sentence_transformers", "model2vec": "model2vec",
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("fastembed:BAAI/bge-small-zh-v1.5", ("fastembed", "BAAI/bge-small-zh-v1.5")),
        ("model2vec:/models/a:b", ("model2vec", "/models/a:b")),
        ("sentence-transformers:", None),
        ("bge-m3:latest", None),
        ("text-embedding-3-small", None),
    ],
)
def test_names(name: str, expected: tuple[Library, str] | None) -> None:
    assert library_of(name) == expected


@pytest.mark.parametrize("library", MODULES)
def test_a_missing_library_is_named(library: Library) -> None:
    if find_spec(MODULES[library]):
        pytest.skip(f"{library} is installed")
    with pytest.raises(EmbedderError, match=rf"voc-assistant\[{library}\]"):
        PretrainedEmbedder(library, "some/model").embed_query("漏水")


def test_a_tiny_model_of_model2vec(tmp_path: Path) -> None:
    model2vec: Any = pytest.importorskip("model2vec", reason="the extra model2vec is not installed")
    tokenizers: Any = pytest.importorskip("tokenizers")
    known = ["[UNK]", *sorted(set("热水器漏水打印机掉线售后服务门锁没电"))]
    words = tokenizers.models.WordLevel({word: at for at, word in enumerate(known)}, unk_token="[UNK]")
    tokenizer = tokenizers.Tokenizer(words)
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Split("", "isolated")
    vectors = np.random.default_rng(0).normal(size=(len(known), 16)).astype(np.float32)
    model2vec.StaticModel(vectors=vectors, tokenizer=tokenizer).save_pretrained(str(tmp_path))
    embedder = PretrainedEmbedder("model2vec", str(tmp_path))
    rows = embedder.embed_documents(["热水器漏水", "打印机掉线", "門鎖沒電"])
    assert rows.shape == (3, embedder.dim)
    assert np.linalg.norm(rows, axis=1) == pytest.approx(1)
    assert int(np.argmax(rows @ embedder.embed_query("门锁没电"))) == 2
    assert embedder.identity == PretrainedEmbedder("model2vec", str(tmp_path)).identity
    with pytest.raises(ValueError, match="blank"):
        embedder.embed_documents([" "])
    with pytest.raises(EmbedderError, match="can't be loaded"):
        PretrainedEmbedder("model2vec", str(tmp_path / "nothing")).embed_query("漏水")
