"""One workbook, one file a verb: a plan, then its execution."""
