"""Rules of words on pages: lines, tables, labels, and the order they make."""
