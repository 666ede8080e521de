"""The program under test, as processes of its own, and those who use it."""
