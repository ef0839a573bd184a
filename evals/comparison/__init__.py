"""The comparison of two experiments: cells, pairs, differences, a verdict, and what it says."""
