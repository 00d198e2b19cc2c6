"""The embedded servers: Postgres and Valkey from wheels, for one machine with nothing installed.

Each server lives as long as some process holds its lease. Clients live elsewhere; nothing here knows a table.
Start with `postgres.py`, then `process.py` (leases) and `keeper.py` (the watching process).
"""
