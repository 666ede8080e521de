"""The same calls as in `http/`, over GraphQL."""
