"""A tree of plain TOML values -> a Config, leaf by leaf, noting every mistake.

msgspec's own decoder stops at the first mistake; this walks the same structs to the
end. What is wrong stands as its default, or as its type's empty value, so that what is
right beside it can still be judged; where there are mistakes nobody gets the result.
"""

from __future__ import annotations

from typing import Any, final

import msgspec
from msgspec import inspect

from hawatch.configuring import legal
from hawatch.configuring.leaves import Place, Wrong, read_leaf, written
from hawatch.configuring.mistakes import Mistake, child, nearest, quoted
from hawatch.model.config import Config

_ROOT: Place = (Config, "")


@final
class Conversion:
    """One walk through one tree; mistakes grows on the way.

    sound_sums says whether every number could be read, so that sums can be judged.
    """

    def __init__(self) -> None:
        self.mistakes: list[Mistake] = []
        self.sound_sums = True

    def config(self, tree: dict[str, Any]) -> Config:
        """Given the whole tree, return what could be made of it."""
        config: Config = self._convert(inspect.type_info(Config), tree, "$", _ROOT)
        return config

    def _note(self, path: str, wrong: str, right: str) -> Wrong:
        self.mistakes.append(Mistake(path=path, wrong=wrong, right=right))
        return Wrong(wrong, right)

    def _convert(self, kind: inspect.Type, value: Any, path: str, place: Place) -> Any:
        """Return the value for this type; Wrong, already noted, where there is none."""
        match kind:
            case inspect.UnionType():
                return self._convert(_chosen(kind, value), value, path, place)
            case inspect.StructType():
                return self._struct(kind, value, path)
            case inspect.DictType():
                return self._table(kind, value, path, place)
            case inspect.VarTupleType():
                return self._list(kind, value, path, place)
        result = read_leaf(kind, value, place)
        if isinstance(result, Wrong):
            self._note(path, result.wrong, result.right)
            if isinstance(kind, inspect.Metadata | inspect.IntType):
                self.sound_sums = False
        return result

    def _struct(self, kind: inspect.StructType, value: Any, path: str) -> Any:
        table = value if isinstance(value, dict) else {}
        if table is not value:
            self._note(
                path, f"{written(value)} is not a table", f"a table, [{path[2:]}]"
            )
        names = [field.name for field in kind.fields]
        for key in table:
            if key not in names:
                self._note(child(path, key), "no such option", nearest(key, names))
        values = {}
        for field in kind.fields:
            where, place = child(path, field.name), (kind.cls, field.name)
            if field.name in table:
                read = self._convert(field.type, table[field.name], where, place)
                values[field.name] = _stand_in(field) if _is_wrong(read) else read
                continue
            if field.required and table is value:
                self._note(where, "missing", _wanted(field.type))
            values[field.name] = _stand_in(field)
        return kind.cls(**values)

    def _table(
        self, kind: inspect.DictType, value: Any, path: str, place: Place
    ) -> dict[str, Any] | Wrong:
        if not isinstance(value, dict):
            wrong = f"{written(value)} is not a table"
            return self._note(path, wrong, f"a table, [{path[2:]}]")
        judge = legal.KEYS.get(place)
        entries = {}
        for key, entry in value.items():
            where = child(path, key)
            right = judge(key) if judge else None
            if right:
                self._note(where, f"{quoted(key)} is no legal name", right)
            entries[key] = self._convert(kind.value_type, entry, where, place)
        return {key: entry for key, entry in entries.items() if not _is_wrong(entry)}

    def _list(
        self, kind: inspect.VarTupleType, value: Any, path: str, place: Place
    ) -> tuple[Any, ...] | Wrong:
        if not isinstance(value, list):
            wrong = f"{written(value)} is not a list"
            return self._note(path, wrong, 'a list, such as ["name"]')
        items = [
            self._convert(kind.item_type, item, f"{path}[{index}]", place)
            for index, item in enumerate(value)
        ]
        return tuple(item for item in items if not _is_wrong(item))


def _is_wrong(value: object) -> bool:
    return isinstance(value, Wrong)


def _chosen(union: inspect.UnionType, value: object) -> inspect.Type:
    """Return the type of a union that a value means; TOML has no null."""
    kinds = [kind for kind in union.types if not isinstance(kind, inspect.NoneType)]
    tables = [kind for kind in kinds if isinstance(kind, inspect.DictType)]
    return tables[0] if tables and isinstance(value, dict) else kinds[0]


def _stand_in(field: inspect.Field) -> Any:
    """Return what stands for a value that is missing or cannot be read."""
    if field.default is not msgspec.NODEFAULT:
        return field.default
    if field.default_factory is not msgspec.NODEFAULT:
        return field.default_factory()
    match field.type:
        case inspect.IntType():
            return 0
        case inspect.VarTupleType():
            return ()
        case inspect.DictType():
            return {}
        case _:
            return ""


def _wanted(kind: inspect.Type) -> str:
    """Return in a few words what a missing option should hold."""
    match kind:
        case inspect.IntType(ge=low, le=high):
            return f"a number from {low} to {high}"
        case inspect.VarTupleType():
            return "a list of at least one text"
        case inspect.DictType():
            return "a table"
        case inspect.UnionType():
            return "a text, or a table with a text for each node"
        case _:
            return "a text"
