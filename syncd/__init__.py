"""syncd keeps what a store says about its orders true."""

__version__ = "0.1.0"
