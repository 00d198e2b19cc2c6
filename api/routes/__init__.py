"""One file a noun; a route reads its input, calls one tool or store, and shapes the answer."""
