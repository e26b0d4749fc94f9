"""The tables of the floor: keys that make a repeated create, or a repeated POST of the interface, harmless."""

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


class ApiAnswer(models.Model):
    """A POST of the interface: what it was answered, so that the same sent again gets the same and is done once.

    ``mark``: keyed hash of method, address and body; ``answer``: sealed, "" while the first is still running.
    """

    client = models.CharField("客户端", max_length=40)
    key = models.CharField("键", max_length=64)
    mark = models.CharField(max_length=22)
    answer = models.TextField("回答", blank=True, default="")
    at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "接口回答"
        constraints = [models.UniqueConstraint(fields=["client", "key"], name="api_answer_once")]
        indexes = [models.Index(fields=["at"], name="api_answer_at")]
