"""Everything that touches a driver: Postgres, Redis, tantivy, FAISS, files. One class a noun.

SQL lives in `queries/`, driver errors are mapped to `core.errors` at this boundary. Start with `products.py`.
"""
