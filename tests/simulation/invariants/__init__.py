"""The promises, one small function each: its docstring is the promise. They ask the world, never syncd's journal.

S1 ... S8, S10 and S12 are looked at after every request that reached a store and after everything that happened,
S9 and S11 at the end of a world, L1 ... L4 and L6 once the trouble is over.
"""

from tests.simulation.invariants.watch import Watch

__all__ = ["Watch"]
