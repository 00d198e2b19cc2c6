"""`aisle bench`: latency and throughput beside rivals, in one run so that ratios mean something. Start with `search.py`."""
