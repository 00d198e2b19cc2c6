"""Deterministic tools: typed request in, typed result out, same request same answer. Start with `toolbox.py`."""
