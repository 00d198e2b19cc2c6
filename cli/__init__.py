"""`aisle`: the command line. Each command reads the settings, opens what it needs, runs one thing, says what happened.

Results go to stdout (`--json` where a script would want them), everything else to stderr. Start with `app.py`.
"""
