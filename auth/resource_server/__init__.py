"""For services elsewhere that verify access tokens with the public keys alone."""
