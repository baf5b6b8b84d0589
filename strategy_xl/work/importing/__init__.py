"""Bring a list that people have into a workbook: read it, match its columns, plan, write."""
