"""The demo company, Adventure Works Cycles: its record, what is derived from it, and how it is founded.

`company` is the door: `found_demo`, `is_founded`, `bring_next_day`, `sign_ins`. What is original and what is derived
is told in `data/README.md`.
"""
