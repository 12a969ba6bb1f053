"""Routes, one module per thing a caller comes for."""
