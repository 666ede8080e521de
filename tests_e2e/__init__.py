"""End-to-end tests: a real server, real browsers, one file per promise. They see URLs and screens."""
