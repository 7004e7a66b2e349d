"""One document, rendered as page, JSON, CSV, PDF and workbook."""
