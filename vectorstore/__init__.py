"""Finding: passages in, ranked passages out. Knows jieba, Chroma, full text and embedders; no customers, no LLM."""
