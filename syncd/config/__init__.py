"""Configuration: one TOML file, read whole, wrong in all places at once or right.

What belongs here: finding, reading and validating the file, and saying where it is wrong. Nothing is opened or asked;
secrets stay references.
"""

from syncd.config.loading import CarrierConfig, Config, StoreConfig, SupplierConfig, load, locations

__all__ = ["CarrierConfig", "Config", "StoreConfig", "SupplierConfig", "load", "locations"]
