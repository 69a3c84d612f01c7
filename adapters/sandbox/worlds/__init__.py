"""Worlds: what happens, day by day, to the orders of a sandbox shop. `stage` has the means, the other modules the stories."""
