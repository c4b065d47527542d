"""Rules of EDIFACT: its characters, its frame, its codes and what an order in it says."""
