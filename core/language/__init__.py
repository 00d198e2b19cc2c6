"""Pure text rules: tokens, units, spelling, synonyms, entities. No I/O; everything learned comes from the catalogue.

Start with `tokens.py` (text → terms) and `understanding.py` (query → what the shopper meant).
"""
