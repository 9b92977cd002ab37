"""Files that arrive in a watched folder."""
