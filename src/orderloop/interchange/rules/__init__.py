"""Rules of interchange: what a text, a label, a column or a segment means."""
