"""Set the witnesses against each other: formulas, reference (definition and kernel) and PyTorch."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np

from convmath.geometry.loopnest import Operations
from convmath.layers.base import Layer
from convmath.layers.norm import BatchNorm
from convmath.oracle.data import fill
from convmath.oracle.effective import effective_from_taps
from convmath.oracle.reference import reference_call, weight_shapes
from convmath.oracle.rounding import allowed
from convmath_reference import Counted, Tally, counted

BATCH = 2


@dataclass(frozen=True)
class Trial:
    """One layer on one draw of data: what every witness says about it.

    Data are whole numbers in [-8, 8], so that sums of products are exact in float64.
    """

    layer: Layer
    shapes: tuple[tuple[int, ...], ...]
    seed: int = 0
    device: str = "cpu"

    @cached_property
    def arrays(self) -> tuple[Any, ...]:
        """The inputs, (N, C, *spatial)."""
        return tuple(fill((BATCH, *shape), self.seed + i) for i, shape in enumerate(self.shapes))

    @cached_property
    def weights(self) -> dict[str, Any]:
        """The weights by name; variances are positive."""
        drawn = {
            name: fill(shape, self.seed + 100 + i)
            for i, (name, shape) in enumerate(weight_shapes(self.layer).items())
        }
        variance = {"running_var": np.abs(drawn["running_var"]) + 1} if "running_var" in drawn else {}
        return drawn | variance

    @cached_property
    def kernel(self) -> Any:
        """What the reference's kernel gives."""
        return reference_call(self.layer, self.arrays, self.weights)

    @cached_property
    def torch(self) -> Any:
        """What PyTorch gives."""
        from convmath.torch import load, run, to_module

        return run(load(to_module(self.layer), self.weights), *self.arrays, device=self.device)

    @cached_property
    def executed(self) -> tuple[Any, Tally]:
        """The definition on the first sample, on numbers that count, and what they counted."""
        tally = Tally()
        arrays = tuple(counted(x[:1], tally, taps=1) for x in self.arrays)
        folded = isinstance(self.layer, BatchNorm)  # statistics are folded once, before any input
        weights = self.weights if folded else {n: counted(w, tally, 0) for n, w in self.weights.items()}
        return reference_call(self.layer, arrays, weights, definition=True), tally


def check(
    layer: Layer, *shapes: tuple[int, ...], seed: int = 0, device: str = "cpu", torch: bool = True
) -> None:
    """Raise AssertionError where any two witnesses disagree on the layer.

    Compares output shapes, parameters, operations executed and effective, and every output value:
    exactly where only sums and products are involved, else within the stated bound.

    >>> from convmath import Conv2d
    >>> check(Conv2d(2, 3, 3, stride=2, padding=1), (2, 5, 6), torch=False)
    """
    trial = Trial(layer, shapes, seed, device)
    check_shapes(trial, torch=torch)
    check_operations(trial)
    check_effective_operations(trial)
    check_values(trial, torch=torch)
    if torch:
        check_parameters(trial)


def agree(trial: Trial, what: str, **witnesses: Any) -> None:
    """Raise AssertionError unless all witnesses say the same."""
    first, *others = witnesses.values()
    if any(other != first for other in others):
        said = "; ".join(f"{name} says {value}" for name, value in witnesses.items())
        raise AssertionError(f"{what} of {trial.layer!r} on {trial.shapes}: {said}")


def check_shapes(trial: Trial, *, torch: bool = True) -> None:
    """Output shape: formula, reference and PyTorch."""
    formula = trial.layer.output_shape(*trial.shapes)
    definition = trial.executed[0].shape[1:]
    agree(trial, "output shape", formula=formula, definition=definition, kernel=trial.kernel.shape[1:])
    if torch:
        agree(trial, "output shape", formula=formula, torch=trial.torch.shape[1:])


def check_parameters(trial: Trial) -> None:
    """Parameters, weight by weight: formula and PyTorch."""
    from convmath.torch import parameter_counts, to_module

    formula = trial.layer.parameters(*trial.shapes)
    agree(trial, "parameters", formula=formula, torch=parameter_counts(to_module(trial.layer)))
    agree(trial, "parameters without a shape", formula=trial.layer.parameters(), with_shape=formula)


def check_operations(trial: Trial) -> None:
    """Operations of one sample: formula, and what executing the definition counted."""
    formula = trial.layer.operations(*trial.shapes)
    agree(trial, "operations", formula=formula, executed=Operations(**asdict(trial.executed[1])))


def check_effective_operations(trial: Trial) -> None:
    """Operations without padding and cropping: formula, and the taps that outputs really read."""
    formula = trial.layer.effective_operations(*trial.shapes)
    taps = [e.taps if isinstance(e, Counted) else 0 for e in trial.executed[0].flat]
    nominal = trial.layer.operations(*trial.shapes)
    expected = effective_from_taps(trial.layer.defined(*trial.shapes), taps, nominal)
    agree(trial, "effective operations", formula=formula, executed=expected)


def check_values(trial: Trial, *, torch: bool = True) -> None:
    """Every output value: definition, kernel and PyTorch."""
    definition = [e.value if isinstance(e, Counted) else e for e in trial.executed[0].flat]
    first = np.array(definition, np.float64).reshape(trial.kernel.shape[1:])
    _close(trial, "kernel and definition", trial.kernel[:1], first[None])
    if torch:
        _close(trial, "kernel and torch", trial.kernel, trial.torch)


def _close(trial: Trial, what: str, actual: Any, expected: Any) -> None:
    arrays = [x[: len(actual)] for x in trial.arrays]
    bound = allowed(trial.layer, arrays, trial.weights, np.nan_to_num(expected))
    with np.errstate(invalid="ignore"):  # -inf against -inf
        near = np.abs(actual - expected) <= bound
    alike = (actual == expected) | (np.isnan(actual) & np.isnan(expected))  # a root of what is negative
    wrong = np.argwhere(~(near | alike))
    if len(wrong):
        where = tuple(map(int, wrong[0]))
        raise AssertionError(
            f"{what} differ for {trial.layer!r} on {trial.shapes}, seed {trial.seed}: {len(wrong)} of "
            f"{actual.size} values, at {where} {actual[where]} and {expected[where]}"
        )
