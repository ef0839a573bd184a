"""Estimates and tests: intervals, paired differences, agreement, calibration. Functions of values."""
