"""Rules of sheets: cells, headings, labels, and the orders they make."""
