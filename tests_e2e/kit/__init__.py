"""Tools for tests of what happens between tabs. Copy them: they import nothing of this program.

They ask pages for the token holder, `globalThis.auth` (its trace, state and token), and for NiceGUI's
socket.
"""
