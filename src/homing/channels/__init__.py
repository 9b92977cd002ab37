"""Transports, one folder each. They own no tables and never know each other."""
