"""The register for programs: the same rows, actions and refusals as on the pages; numbers masked."""
