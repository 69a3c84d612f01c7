"""Recorded dialogues with the real service, held with the twin: the same requests in the same order.

`python -m tests.recordings [FOLDER]` prints where the twin answers otherwise. The recordings are read in place.
"""
