"""`aisle load`: a shop's file → products. Start with `run.run`; nothing here talks to a database itself.

`fetch` URL → file; `sources` file → text; `tables`, `documents`, `records` text → records; `names`, `mapping` what
columns mean; `amounts`, `cells`, `rows` record → product; `rejects` what was left out, and why.
"""
