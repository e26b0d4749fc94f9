"""The register of organisations taken in: checked, written and taken back, set-based."""
