"""Mutants put into the running package: a function's code is exchanged, tests are called, it is put back."""

import contextlib
import functools
import gc
import importlib
import inspect
import io
import itertools
import pkgutil
import signal
import types
import zlib
from contextvars import ContextVar

import pytest
from hypothesis import Phase, is_hypothesis_test, settings

import convmath
import convmath_reference
from convmath.cli import main
from tests.conftest import Run
from tests.strength.mutants import mutants

SECONDS = 20  # a mutant that runs longer goes round in circles
FEW = settings(
    settings.get_profile("ci"),
    max_examples=25,
    phases=(Phase.explicit, Phase.generate),
    derandomize=True,
    database=None,
)
MANY = 200
EXAMPLES = ContextVar("examples", default=FEW.max_examples)


def commanded(*arguments):
    """The command line, as the fixture of that name gives it."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main(list(arguments))
        except SystemExit as stop:
            return Run(stop.code or 0, out.getvalue(), err.getvalue())
    raise AssertionError("the command line did not end")


GIVEN = {"device": "cpu", "convmath": commanded}  # fixtures; a test that wants others is not called


def exchanged(module):
    """(description, function, code) of every mutant of a module's functions; constants around them have none."""
    for what, tree in mutants(module.__file__):
        name = what.partition(":")[0]
        function = found(module, name.split("."))
        if function is not None:
            codes = dict(compiled(compile(tree, module.__file__, "exec")))
            code = codes[function.__qualname__]
            if alike(code) != alike(function.__code__):
                yield what, function, code


def some(module, one_of):
    """One mutant in so many, always the same ones: by what they are, not by where they stand."""
    for what, function, code in exchanged(module):
        if zlib.crc32(f"{module.__name__} {what}".encode()) % one_of == 0:
            yield what, function, code


def found(owner, names):
    """The outermost function on the way to a name."""
    for name in names:
        here = vars(owner).get(name)
        here = getattr(here, "fget", None) or getattr(here, "func", None) or getattr(here, "__func__", here)
        here = inspect.unwrap(here) if callable(here) else here
        if isinstance(here, types.FunctionType):
            return here
        if not isinstance(here, type):
            return None
        owner = here
    return None


def compiled(code):
    for inner in code.co_consts:
        if isinstance(inner, types.CodeType):
            yield inner.co_qualname, inner
            yield from compiled(inner)


def alike(code):
    """What a code does, apart from where it stands."""
    constants = [alike(each) if isinstance(each, types.CodeType) else repr(each) for each in code.co_consts]
    return code.co_code, code.co_names, code.co_varnames, constants


def calls(names):
    """Every test of these modules with its parameters, those that draw nothing first."""
    tests = [
        test
        for name in names
        for _, test in inspect.getmembers(there(name), inspect.isfunction)
        if test.__name__.startswith("test_") and test.__module__ == name
    ]
    return [call for test in sorted(tests, key=is_hypothesis_test) for call in with_parameters(test)]


def there(name):
    """A module of tests; None where what it needs is not installed."""
    try:
        return importlib.import_module(name)
    except pytest.skip.Exception:
        return None


def with_parameters(test):
    marks = [mark for mark in getattr(test, "pytestmark", ()) if mark.name == "parametrize"]
    sets = [list(rows(*mark.args[:2])) for mark in marks]
    wanted = inspect.signature(test).parameters
    for chosen in itertools.product(*sets):
        given = {key: value for row in chosen for key, value in row.items()}
        fixtures = {name: GIVEN[name] for name in wanted if name in GIVEN}
        if wanted.keys() <= given.keys() | fixtures.keys():
            yield functools.partial(
                drawing_few if is_hypothesis_test(test) else called, test, **given, **fixtures
            )


def called(test, **given):
    test(**given)


def drawing_few(test, **given):
    """The test on few examples; it has its own settings again afterwards."""
    own = test._hypothesis_internal_use_settings
    test._hypothesis_internal_use_settings = settings(FEW, max_examples=EXAMPLES.get())
    try:
        test(**given)
    finally:
        test._hypothesis_internal_use_settings = own


def rows(names, values):
    names = [each.strip() for each in names.split(",")] if isinstance(names, str) else names
    for value in values:
        value = value.values if hasattr(value, "values") and hasattr(value, "marks") else value
        yield dict(zip(names, value if len(names) > 1 else (value,), strict=True))


@contextlib.contextmanager
def swapped(function, code):
    before = function.__code__
    forget()
    function.__code__ = code
    try:
        yield
    finally:
        function.__code__ = before
        forget()


def forget():
    """Empties every cache of the package."""
    for cached in caches():
        cached.cache_clear()


@functools.cache
def caches():
    """What the package remembers; all of it is imported first, so that none comes later."""
    for package in (convmath, convmath_reference):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not found.name.endswith("__main__"):
                importlib.import_module(found.name)
    kind = type(functools.cache(len))
    return [each for each in gc.get_objects() if type(each) is kind and ours(each)]


def ours(cached):
    return str(getattr(cached, "__module__", "")).startswith("convmath")


def killer(function, code, tests):
    """The first test that fails with this code; None where the mutant survives all of them."""
    with swapped(function, code):
        for examples in (FEW.max_examples, MANY):  # what is drawn differs a little from run to run
            EXAMPLES.set(examples)
            for test in tests:
                if (examples == FEW.max_examples or test.func is drawing_few) and fails(test):
                    return test
    return None


def fails(test):
    signal.signal(signal.SIGALRM, _give_up)
    signal.alarm(SECONDS)
    try:
        test()
    except KeyboardInterrupt:
        raise
    except BaseException:  # pytest's own failures are no Exception
        return True
    finally:
        signal.alarm(0)
    return False


def _give_up(_, frame):
    """End a test that takes too long; an error among Hypothesis's hooks of the collector would be lost."""
    if frame is not None and frame.f_code.co_name == "gc_callback":
        signal.setitimer(signal.ITIMER_REAL, 0.01)
        return
    raise TimeoutError
