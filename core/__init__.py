"""The bottom floor: values, pure language and ranking, and the rooms that hold drivers.

Nothing here knows a tool, a graph or a route. Start with `catalog` (the nouns) and `resources` (the live things).
"""
