"""Tools for tests of what happens between tabs. They know nothing of this program: copy them."""
