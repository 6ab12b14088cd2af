"""The compilers that Django looks up by name (`DatabaseOperations.compiler_module`)."""

from __future__ import annotations

from leadrush.gate.compiling import PostgreSQLCompiler as SQLCompiler
from leadrush.gate.compiling import PostgreSQLInsertCompiler as SQLInsertCompiler
from leadrush.gate.compiling import SQLAggregateCompiler, SQLDeleteCompiler, SQLUpdateCompiler

__all__ = [
    "SQLAggregateCompiler",
    "SQLCompiler",
    "SQLDeleteCompiler",
    "SQLInsertCompiler",
    "SQLUpdateCompiler",
]
