"""Tokens as strings, and the secrets they are made with. No rows, no HTTP."""
