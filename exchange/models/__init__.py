from exchange.models.batch import ImportBatch, ImportBatchQuerySet
from exchange.models.export import Export
from exchange.models.known import KnownRows
from exchange.models.learned import LearnedMapping, LearnedValue
from exchange.models.row import ImportChunk, ImportRow

__all__ = [
    "Export",
    "ImportBatch",
    "ImportBatchQuerySet",
    "ImportChunk",
    "ImportRow",
    "KnownRows",
    "LearnedMapping",
    "LearnedValue",
]
