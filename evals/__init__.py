"""Evaluations and benchmarks: what a number in a decision record was measured with. Start with `search/`."""
