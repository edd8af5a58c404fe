"""The closed vocabulary of features, `specs/features.yaml`: what claims, checks and reports may speak of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from conformance.documents import read_document
from conformance.model import Target
from conformance.schema import specs


@dataclass(frozen=True)
class Feature:
    """One word of the vocabulary. `core` features count as supported where no document is held against the server;
    `needs` names the option of `run` that must be given for that, `sees` what its checks observe that claims can expect.
    """

    name: str
    title: str
    core: bool
    needs: str = ""
    sees: tuple[str, ...] = ()


@cache
def all_features() -> Mapping[str, Feature]:
    """Every feature by name. Raises DocumentError if the file is damaged."""
    document = read_document(specs("features.yaml").read_text("utf-8"), "features.yaml")
    return {
        name: Feature(
            name, str(entry["title"]), bool(entry["core"]), str(entry.get("needs", "")), tuple(map(str, entry.get("sees", ())))
        )
        for name, entry in document.items()
    }


def core_features(target: Target) -> frozenset[str]:
    """The features that count as supported without a document, for what the operator named."""
    named = {
        "": True,
        "model-alias": bool(target.alias),
        "vision-model": bool(target.vision_model),
        "embedding-model": bool(target.embedding_model),
    }
    return frozenset(one.name for one in all_features().values() if one.core and named[one.needs])
