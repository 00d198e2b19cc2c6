"""Search: understand, gather candidates, fuse, rank, page. Start with `search.py`."""
