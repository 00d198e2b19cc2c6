"""One file a noun: read the request, call one tool, answer. Nothing is decided here.

Problems are raised as errors (`core.errors`, `api.errors`); answers are made in `api.wire`.
Start at `search.py`.
"""
