"""Break functions where they stand, one small change at a time, and ask the tests that reach them.

A plugin of pytest, loaded by `tests.proof`: Django is set up and the tests are collected once; each change
then has a process of its own, forked from that state, in which the function's code is swapped. Nothing is
wrapped around it, since the gate looks at the frame that called it. A change is noticed when one of the tests
that reach its function fails, or does not end in time. Functions that code made when it was imported have the
changed code as well; what import itself did is not done again.
"""

from __future__ import annotations

import ast
import gc
import json
import os
import random
import signal
import sys
import tempfile
import threading
import time
import traceback
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from difflib import unified_diff
from importlib import import_module
from pathlib import Path
from types import CodeType, FrameType, FunctionType
from typing import Any

import libcst
import pytest
from _pytest import main as loop
from mutmut.mutation.file_mutation import create_mutations
from mutmut.mutation.trampoline_templates import mangle_function_name

ROOT = Path(__file__).resolve().parent.parent.parent
NOTICED, UNNOTICED, LOST = 1, 0, 3
WORDS = {NOTICED: "killed", UNNOTICED: "survived", LOST: "not tried"}
LEAST, TIMES = 20.0, 10.0  # a change may take so many seconds, and so many times what its tests take

Key = tuple[str, str]
"""A function that can be changed: its file, and its name within it (`using.__enter__`)."""


@dataclass(frozen=True)
class Change:
    """One small change: its name, as mutmut gives it, the function, and the file's text with the change."""

    name: str
    key: Key
    text: Callable[[], str]

    def shown(self) -> str:
        """Return the change as a diff."""
        before = Path(self.key[0]).read_text(encoding="utf-8").splitlines()
        return "\n".join(unified_diff(before, self.text().splitlines(), lineterm="", n=0))


def changes_of(path: Path) -> Iterator[Change]:
    """Yield every change that mutmut knows for a file, in its order."""
    module, mutations, _classes, _functions = create_mutations(str(path), path.read_text(encoding="utf-8"))
    names: dict[int, tuple[str, str]] = {}
    for one in module.body:
        inner = one.body.body if isinstance(one, libcst.ClassDef) else [one]
        owner = one.name.value if isinstance(one, libcst.ClassDef) else None
        for each in inner:
            if isinstance(each, libcst.FunctionDef):
                plain = f"{owner}.{each.name.value}" if owner else each.name.value
                names[id(each)] = plain, mangle_function_name(name=each.name.value, class_name=owner)
    counted: dict[str, int] = defaultdict(int)
    dotted = ".".join(path.relative_to(ROOT / "src").with_suffix("").parts)
    for mutation in mutations:
        known = names.get(id(mutation.contained_by_top_level_function))
        if known is None:
            continue
        counted[known[0]] += 1

        def text(old: Any = mutation.original_node, new: Any = mutation.mutated_node) -> str:
            changed: Any = module.deep_replace(old, new)
            return str(changed.code)

        yield Change(f"{dotted}.{known[1]}__mutmut_{counted[known[0]]}", (str(path), known[0]), text)


def codes(code: CodeType) -> Iterator[CodeType]:
    """Yield every function's code within a module's."""
    for const in code.co_consts:
        if isinstance(const, CodeType):
            yield const
            yield from codes(const)


def outer(name: str) -> str:
    """Return the function or method that a code belongs to, however deep inside it stands."""
    return name.split(".<locals>")[0]


def swap(change: Change) -> int:
    """Give every living function of the change's file the code that the changed text has; return how many."""
    file, wanted = change.key
    text = change.text()
    old: dict[str, list[int]] = defaultdict(list)
    supers = False
    for code in codes(compile(Path(file).read_text(encoding="utf-8"), file, "exec")):
        old[code.co_qualname].append(code.co_firstlineno)
        supers |= code.co_qualname == wanted and "__class__" in code.co_freevars
    new: dict[str, list[CodeType]] = defaultdict(list)
    for code in codes(compile(_with_class(text, wanted) if supers else text, file, "exec")):
        new[code.co_qualname].append(code)
    swapped = 0
    for function in [one for one in gc.get_objects() if type(one) is FunctionType]:
        code = function.__code__
        if code.co_filename != file or outer(code.co_qualname) != wanted:
            continue
        alike = new[code.co_qualname]
        at = old[code.co_qualname].index(code.co_firstlineno)
        if len(alike) != len(old[code.co_qualname]):
            continue
        try:
            function.__code__ = alike[at]
        except ValueError:  # another closure: what is made of the changed code from now on has it
            continue
        if "<locals>" not in code.co_qualname:
            swapped += 1
            _set_defaults(function, text)
    return swapped


def _with_class(text: str, method: str) -> ast.Module:
    """Let a method know its class also where its only `super()` is gone: code fits no other cells."""
    tree = ast.parse(text)
    for owner in [one for one in tree.body if isinstance(one, ast.ClassDef)]:
        for one in owner.body:
            if isinstance(one, ast.FunctionDef) and f"{owner.name}.{one.name}" == method:
                one.body += ast.parse("if False: __class__").body
    return ast.fix_missing_locations(tree)


def _set_defaults(function: FunctionType, text: str) -> None:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef) and node.name == function.__name__:
            first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
            if first != function.__code__.co_firstlineno:
                continue

            def value(one: ast.expr) -> Any:
                made = compile(ast.Expression(one), "default", "eval")
                return eval(made, function.__globals__)

            if function.__defaults__:
                function.__defaults__ = tuple(value(one) for one in node.args.defaults)
            if function.__kwdefaults__:
                pairs = zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
                function.__kwdefaults__ = {name.arg: value(one) for name, one in pairs if one is not None}


def forked(work: Callable[[], int], limit: float) -> int | None:
    """Run in a process of its own, silently; return its answer, or None when it does not end in time."""
    child = os.fork()
    if child == 0:
        os.setpgid(0, 0)
        silence = os.open(os.devnull, os.O_RDWR)
        for stream in (1, 2):
            os.dup2(silence, stream)
        answer = LOST
        try:
            answer = work()
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(answer)
    until = time.monotonic() + limit
    answer_: int | None = None
    while time.monotonic() < until:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            answer_ = os.waitstatus_to_exitcode(status)
            break
        time.sleep(0.005)
    # Whatever it started ends with it.
    with suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    if answer_ is None:
        os.waitpid(child, 0)
    return answer_


def run(session: pytest.Session, items: list[pytest.Item]) -> int:
    """Run these tests up to the first that fails."""
    session.items[:] = items
    session.config.option.maxfail = 1
    with suppress(session.Failed, session.Interrupted, pytest.exit.Exception):
        loop.pytest_runtestloop(session)
    return NOTICED if session.testsfailed else UNNOTICED


class Reached:
    """Which functions each test reaches, and how long it takes."""

    def __init__(self, files: set[str]) -> None:
        self.files = files
        self.now: set[CodeType] = set()
        self.by_test: dict[str, set[CodeType]] = {}
        self.seconds: dict[str, float] = {}

    def trace(self, frame: FrameType, event: str, _argument: Any) -> None:
        if frame.f_code.co_filename in self.files:
            self.now.add(frame.f_code)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Any:
        self.now = self.by_test.setdefault(item.nodeid, set())
        began = time.monotonic()
        sys.settrace(self.trace)
        threading.settrace(self.trace)
        try:
            return (yield)
        finally:
            sys.settrace(None)
            self.seconds[item.nodeid] = time.monotonic() - began

    def told(self) -> dict[str, Any]:
        """Return seconds and functions by test."""
        return {
            name: [self.seconds[name], [[c.co_filename, outer(c.co_qualname)] for c in found]]
            for name, found in self.by_test.items()
        }


def reach(session: pytest.Session, files: set[str]) -> dict[str, Any]:
    """Run every test once, unbroken. Exits when one fails."""
    with tempfile.NamedTemporaryFile() as file:

        def work() -> int:
            reached = Reached(files)
            session.config.pluginmanager.register(reached)
            answer = run(session, list(session.items))
            Path(file.name).write_text(json.dumps(reached.told()))
            return answer

        if forked(work, 1200) != UNNOTICED:
            pytest.exit("The tests fail before anything is broken.", returncode=3)
        told: dict[str, Any] = json.loads(Path(file.name).read_text())
        return told


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool:
    """Try each change of the files that `LEADRUSH_BREAK` names; write to its `found` what became of them."""
    asked = json.loads(os.environ["LEADRUSH_BREAK"])
    files = [str(ROOT / name) for name in asked["files"]]
    for name in asked["files"]:  # what Django imports when it is needed first has to be there to be broken
        import_module(name.removeprefix("src/").removesuffix(".py").replace("/", "."))
    changes = [change for file in files for change in changes_of(Path(file))]
    if asked.get("only"):
        changes = [change for change in changes if change.name in set(asked["only"])]
    total = len(changes)
    if asked["sample"] and asked["sample"] < total:
        drawn = set(random.Random(asked["seed"]).sample(range(total), asked["sample"]))
        changes = [change for n, change in enumerate(changes) if n in drawn]
    told = reach(session, set(files))
    tests: dict[Key, list[tuple[float, str]]] = defaultdict(list)
    for name, (seconds, keys) in told.items():
        for file, function in {tuple(key) for key in keys}:
            tests[file, function].append((seconds, name))
    items = {item.nodeid: item for item in session.items}
    # The control: unbroken, they pass in the order in which they are asked below.
    quickest = [items[name] for _s, name in sorted((told[name][0], name) for name in items if name in told)]
    if forked(lambda: run(session, quickest), 1200) != UNNOTICED:
        pytest.exit("The tests fail in another order before anything is broken.", returncode=3)
    found: dict[str, Any] = {"of": total, "outcomes": {}, "diffs": {}}
    for n, change in enumerate(changes, 1):
        mine = sorted(tests[change.key])
        outcome = "no test reaches it"
        if mine:
            limit = LEAST + TIMES * sum(seconds for seconds, _name in mine)

            def work(change: Change = change, mine: list[tuple[float, str]] = mine) -> int:
                return run(session, [items[name] for _s, name in mine]) if swap(change) else LOST

            answer = forked(work, limit)
            outcome = "timeout" if answer is None else WORDS.get(answer, "killed")
        found["outcomes"][change.name] = outcome
        if outcome not in ("killed", "timeout"):
            found["diffs"][change.name] = change.shown()
        print(f"\r{n}/{len(changes)} {change.name}: {outcome}\033[K", end="", file=sys.stderr, flush=True)
        if n % 20 == 0 or n == len(changes):
            Path(asked["found"]).write_text(json.dumps(found), encoding="utf-8")
    print(file=sys.stderr)
    return True
