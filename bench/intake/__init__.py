"""How well foreign orders are read: made-up documents whose truth is known, put through the product, and counted.

Written without sight of the code that reads them; `docs/reference/bench-intake.md` says how to read the figures.
"""
