"""Rules of names within names, XML and JSON: mapped, guessed, and held against the standards."""
