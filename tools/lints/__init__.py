"""Small lints over the syntax tree. Each one's docstring says what happened, or would happen, without it."""
