"""Sessions, as the session rules have them: start, refresh, end, and who else may know of it."""
