"""Carriers adapters."""
