"""The embedded engine: cue words and templates kept as data files; everything it makes says `rules`."""
