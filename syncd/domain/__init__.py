"""Values that every part of syncd speaks in, and the ports through which it reaches the world.

What belongs here: frozen values without behaviour that needs I/O, a clock or chance; protocols.
"""
