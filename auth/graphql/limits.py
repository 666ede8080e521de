"""How much one GraphQL document may ask for. Looked at first, before anything is validated or run.

One document is to cost no more than one call over REST, above all no more than one password hash.
"""

from __future__ import annotations

from collections.abc import Iterator

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    get_operation_ast,
    parse,
)

MAX_TOKENS = 200  # what tools send to read the schema has 163; validation is quadratic in them
MAX_DEPTH = 5  # the schema itself has 3
MAX_ALIASES = 10
_READS_SCHEMA = frozenset({'__schema', '__type'})


class BadDocument(Exception):
    """Raised if a document cannot be read, or asks for too much. It says nothing of its content."""


def check(text: str, operation_name: str | None) -> None:
    """Let a document pass that holds one operation, with one mutation at most, and no fragments.

    Fragments say the same again in fewer words, so limits that follow them take exponential time, and
    limits that do not can be got round. Raises `BadDocument`.
    """
    try:
        document = parse(text, no_location=True, max_tokens=MAX_TOKENS)
    except (GraphQLSyntaxError, RecursionError) as error:
        raise BadDocument from error
    operation = get_operation_ast(document, operation_name)
    if operation is None or operation.operation is OperationType.SUBSCRIPTION:
        raise BadDocument
    if not _only_reads_schema(operation):
        _check_size(document, operation)


def _check_size(document: DocumentNode, operation: OperationDefinitionNode) -> None:
    fields = list(_fields(operation.selection_set, 1))
    mutations = 0
    if operation.operation is OperationType.MUTATION:
        mutations = len(operation.selection_set.selections)
    aliases = sum(field.alias is not None for field in fields)
    if len(document.definitions) > 1 or mutations > 1 or aliases > MAX_ALIASES:
        raise BadDocument


def _fields(selected: SelectionSetNode | None, depth: int) -> Iterator[FieldNode]:
    for field in selected.selections if selected else ():
        if not isinstance(field, FieldNode) or depth > MAX_DEPTH:
            raise BadDocument
        yield field
        yield from _fields(field.selection_set, depth + 1)


def _only_reads_schema(operation: OperationDefinitionNode) -> bool:
    """Say whether it is a developer's tool that asks; the schema may still refuse to tell."""
    return operation.operation is OperationType.QUERY and all(
        isinstance(field, FieldNode) and field.name.value in _READS_SCHEMA
        for field in operation.selection_set.selections
    )
