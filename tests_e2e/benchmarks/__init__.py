"""Benchmarks: how fast the real program is, beside what this machine can do at all. No tests."""
