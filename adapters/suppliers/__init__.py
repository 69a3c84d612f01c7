"""Suppliers adapters."""
