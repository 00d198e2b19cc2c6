"""`aisle bench`: latency and throughput beside rivals, in one run. Start with `search.py`."""
