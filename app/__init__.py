"""Composition: settings, the application object, `python -m app`. Nothing of substance."""
