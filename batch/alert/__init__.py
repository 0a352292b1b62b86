"""Conditions told to people: which route is told what, when, and how."""
