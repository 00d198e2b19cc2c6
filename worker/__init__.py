"""The worker: what is done beside serving, as jobs that are safe to repeat. Start with `run.py`."""
