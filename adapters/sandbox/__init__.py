"""Sandbox adapters."""
