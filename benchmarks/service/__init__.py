"""Measure the service beside its peers: one generated graph, one mix of queries, one run, a table of ratios.

``python -m benchmarks.service --help`` tells what can be run, ``README.md`` here what the figures mean.
Nothing of the program is used but its table of prefixes: every server is asked over HTTP, ours as well.
"""
