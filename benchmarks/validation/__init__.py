"""Measure validation: a generated graph with known mistakes, every engine in a process of its own."""
