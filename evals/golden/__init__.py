"""The golden set: what a shopper of the demo shop should find, graded by rules over products' own fields."""
