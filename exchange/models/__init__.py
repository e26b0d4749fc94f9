from exchange.models.batch import ImportBatch, ImportBatchQuerySet
from exchange.models.export import Export
from exchange.models.learned import LearnedMapping, LearnedValue
from exchange.models.row import ImportRow

__all__ = ["Export", "ImportBatch", "ImportBatchQuerySet", "ImportRow", "LearnedMapping", "LearnedValue"]
