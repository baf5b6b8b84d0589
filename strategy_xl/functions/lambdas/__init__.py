"""The cell functions that a workbook can carry itself: named LAMBDAs, made from the templates' formulas."""
