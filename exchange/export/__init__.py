"""Ledgers out: the official forms, plain lists, empty templates, and a town's own workbook brought up to date."""
