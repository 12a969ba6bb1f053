"""The measuring door: cases, metrics, suites, benchmarks."""
