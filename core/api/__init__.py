"""The floor of the interface for programs: views that are declared once and serve request, answer and schema alike."""
