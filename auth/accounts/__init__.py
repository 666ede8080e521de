"""Accounts: registering, signing in, what ends many sessions at once, how often one may be wrong."""
