"""Benchmarks: what digigraph costs, as ratios against a named peer in the same run."""
