"""Tells people what is wrong, what syncd did and what is left: terminal, JSON, CSV, XLSX and one HTML page.

What belongs here: functions from values to text or to rich renderables. Nothing here asks a source, reads
the database, prints, or decides anything; the words for people live in `words`, `titles` and `answers`.
"""
