"""What was known of each workbook on each day, in a database; beside the journal nothing else knows SQL."""
