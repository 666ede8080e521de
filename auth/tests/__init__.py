"""The fast tests of the auth backend: real SQLite files, real argon2id, a clock that is moved."""
