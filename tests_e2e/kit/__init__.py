"""Tools for tests of what happens between tabs. Copy them: all they know of this program is its
token holder's `auth.trace` (traces.py)."""
