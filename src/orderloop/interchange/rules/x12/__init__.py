"""Rules of X12: its characters, its frame, its codes and what an order in it says."""
