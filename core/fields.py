"""Column types shared by the apps: paths, public ids, sealed values, partial dates, actors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import models

from core import crypto, ids, paths
from core.actors import ActorRef
from core.domain.dates import PartialDate

if TYPE_CHECKING:
    _Text = models.Field[Any, Any]  # the fields below give and take their own Python types
else:
    _Text = models.CharField


class BytewiseField(models.CharField):
    """ASCII text compared byte by byte on every database: one plain index serves order, ranges and prefixes."""

    def db_type(self, connection: Any) -> str | None:
        return _bytewise(super().db_type(connection), connection)


def _bytewise(plain: str | None, connection: Any) -> str | None:
    if plain is None or connection.vendor != "postgresql":
        return plain
    # By its long name, or Django would add a second index for LIKE to a unique one: bytes in order need none.
    return f'{plain.replace("varchar", "character varying")} COLLATE "C"'


class PathField(BytewiseField):
    """An organisation path ("" = nowhere)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_length"] = paths.WIDTH * paths.MAX_LEVELS
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        del kwargs["max_length"]
        return name, path, args, kwargs


class PublicIdField(BytewiseField):
    """The random, sortable id used in addresses."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("default", ids.new_id)
        kwargs.setdefault("unique", True)
        kwargs.update(max_length=ids.LENGTH, editable=False)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        for key in ("max_length", "editable"):
            kwargs.pop(key, None)
        return name, path, args, kwargs


class SealedField(models.TextField):
    """A value that rests encrypted. Read with ``obj.reveal(name)``, write with ``obj.put_sealed(name, value)``.

    ``index``: the column of the blind index; ``tail``: the column of the last four characters.
    """

    def __init__(self, *args: Any, index: str = "", tail: str = "", **kwargs: Any) -> None:
        self.index, self.tail = index, tail
        kwargs.setdefault("blank", True)
        kwargs.setdefault("default", "")
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        if self.index:
            kwargs["index"] = self.index
        if self.tail:
            kwargs["tail"] = self.tail
        return name, path, args, kwargs

    @property
    def context(self) -> str:
        return f"{self.model._meta.label_lower}.{self.name}"


class SealsFields(models.Model):
    """Mixin of models with sealed fields. Needs ``public_id`` set before sealing (it is a default)."""

    public_id: str

    class Meta:
        abstract = True

    @classmethod
    def seal_context(cls, field: str, public_id: str) -> str:
        return f"{cls._meta.label_lower}.{field}:{public_id}"

    def reveal(self, name: str) -> str:
        return crypto.unseal(getattr(self, name), self.seal_context(name, self.public_id))

    def put_sealed(self, name: str, value: str) -> None:
        """Seal ``value`` and set its index and tail columns. An equal value leaves the ciphertext as it is."""
        field = self._meta.get_field(name)
        assert isinstance(field, SealedField)
        if getattr(self, name) and self.reveal(name) == value:
            return
        setattr(self, name, crypto.seal(value, self.seal_context(name, self.public_id)))
        if field.index:
            setattr(self, field.index, crypto.blind(value, name))
        if field.tail:
            setattr(self, field.tail, value[-4:])


class PartialDateField(_Text):
    """A :class:`PartialDate`, kept as "2024", "2024-07" or "2024-07-05": sorts and compares as text, byte by byte, which asks no
    locale: figures of many people compare millions of them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_length"] = 10
        kwargs.setdefault("blank", True)
        kwargs.setdefault("null", True)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        del kwargs["max_length"]
        return name, path, args, kwargs

    def db_type(self, connection: Any) -> str | None:
        return _bytewise(super().db_type(connection), connection)

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> PartialDate | None:
        return PartialDate.from_iso(value) if value else None

    def to_python(self, value: Any) -> PartialDate | None:
        if value in (None, "") or isinstance(value, PartialDate):
            return value or None
        try:
            return PartialDate.from_iso(str(value))
        except ValueError as error:
            raise ValidationError("请写成 2024、2024-07 或 2024-07-05 这样的日期。", code="date_invalid") from error

    def get_prep_value(self, value: Any) -> str | None:
        if isinstance(value, PartialDate):
            return value.iso()
        return str(value) if value else None

    def value_to_string(self, obj: models.Model) -> str:
        return self.get_prep_value(self.value_from_object(obj)) or ""


class ActorField(_Text):
    """Who did something: an :class:`ActorRef`, kept as "<id> <label>". No foreign key, so it outlives the account."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_length"] = 160
        kwargs.setdefault("blank", True)
        kwargs.setdefault("default", "")
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        del kwargs["max_length"]
        return name, path, args, kwargs

    def from_db_value(self, value: str, expression: Any, connection: Any) -> ActorRef | None:
        return self.to_python(value)

    def to_python(self, value: Any) -> ActorRef | None:
        if isinstance(value, ActorRef) or not value:
            return value or None
        identifier, _, label = str(value).partition(" ")
        return ActorRef(identifier, label)

    def get_prep_value(self, value: Any) -> str:
        if isinstance(value, ActorRef):
            return f"{value.id} {value.label}"[: self.max_length]
        return str(value) if value else ""
