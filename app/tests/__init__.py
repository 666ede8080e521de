"""Tests of the program as people start it: `python -m app` as a process of its own."""
