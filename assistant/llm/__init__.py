"""The model seam: any OpenAI-compatible chat endpoint behind the engine's few methods."""
