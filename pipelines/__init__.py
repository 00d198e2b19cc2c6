"""Batch work, one `run()` each, safe to repeat. The serving side never imports this. Start with `load.py`."""
