"""The in-process search index: one immutable generation on disk, plus the changes since.

Start with `snapshot.py` (what a search reads); `build.py` makes a generation, `follower.py` keeps it fresh.
"""
