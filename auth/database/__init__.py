"""The database: the engine, the tables, their versions."""
