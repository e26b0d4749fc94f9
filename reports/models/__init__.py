from reports.models.paper import Paper
from reports.models.text import PaperText

__all__ = ["Paper", "PaperText"]
