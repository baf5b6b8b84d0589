"""Sheets of ours in a workbook of somebody else: what they are called there, and how they read his lists."""
