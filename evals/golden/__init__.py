"""The golden set: what a shopper of the demo shop should find. Graded by rules over products' own fields (`grade.py`)."""
