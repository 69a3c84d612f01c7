"""Pure decisions: from what every side shows to drift and steps. No I/O, no clock, no chance."""
