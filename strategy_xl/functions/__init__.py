"""Answers for people: rule results turned into cell values and sentences."""
