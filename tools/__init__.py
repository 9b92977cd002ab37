"""Checks of the house that no ready-made tool makes."""
