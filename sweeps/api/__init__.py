"""The quarterly sweep for programs: its returns, the people that are asked about, and the answers."""
