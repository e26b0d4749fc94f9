"""The only table of the floor: keys that make a repeated create harmless."""

from django.db import models


class Idempotency(models.Model):
    """A create that was done: the same actor with the same key gets the same object again.

    The key comes with the form (a hidden random value) or the API's ``Idempotency-Key`` header.
    """

    actor = models.CharField("操作人", max_length=40)
    key = models.CharField("键", max_length=64)
    target = models.CharField("结果", max_length=80)
    at = models.DateTimeField("时间")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["actor", "key"], name="idempotency_once")]
        indexes = [models.Index(fields=["at"], name="idempotency_at")]
