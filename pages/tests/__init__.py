"""Fast tests of the pages, without a browser: what Python draws, and for whom."""
