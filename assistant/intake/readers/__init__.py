"""One module per file format: each tells its own files by their content and hands on their rows."""
