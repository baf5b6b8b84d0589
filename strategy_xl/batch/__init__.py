"""The nightly work: read, judge, write back, one workbook after the other."""
