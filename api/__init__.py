"""HTTP: routes, wire shapes, errors → status. FastAPI lives here and nowhere else. Start with `app.py`."""
