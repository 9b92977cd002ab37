"""A simulated fax carrier: its own process, its own HTTP API and vocabulary, a stranger to the product.

It renders what it is given to real fax pages and keeps them, and fails as it is told (`/control`). Nothing leaves it.
"""
