"""The JSON API: lists, comparisons and look-ups for programs, under `/api/v1` (A-03 to A-07)."""
