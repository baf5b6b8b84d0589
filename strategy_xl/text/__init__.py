"""Words: French and English catalogues, number and date words, lexicons."""
