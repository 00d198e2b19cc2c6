"""The HTTP door: parse, bound, hand to a tool, answer. No decisions about products, no SQL, no drivers live here.

FastAPI lives here and only here; error → status is `errors.py` alone; settings are read in `app.py` alone.
Start at `app.py` (what is wired to what), then `routes/search.py`.
"""
