"""The words: IRIs, prefixes, terms and labels, as rdflib terms.

This package knows no store, no file and no graph; it only says what things are called.
"""
