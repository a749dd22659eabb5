"""What the effective operations must be, from the taps that each output was seen to read."""

from __future__ import annotations

from dataclasses import asdict

from convmath.geometry.loopnest import Operations, Statement
from convmath.geometry.operation import Apply, walk


def effective_from_taps(
    statements: tuple[Statement, ...], taps: list[int], nominal: Operations
) -> Operations:
    """The nominal operations with those replaced that padding or cropping can leave out.

    ``taps`` holds for each output how many inputs it read.  That concerns the one statement that slides
    over the input: what it does for each tap is done for those read, reducing K values takes K - 1
    operations, and an output that reads nothing takes none.
    """
    sliding = [
        s for s in statements if any(block.landing or block.outputs is not None for block in s.blocks)
    ]
    if not sliding:
        return nominal
    (statement,) = sliding
    reduction = statement.reduction
    assert reduction is not None
    counts = asdict(nominal)
    everywhere = 1
    for block in statement.blocks:
        everywhere *= int(block.points)
    each = [part.operation.kind for part in walk(reduction.body) if isinstance(part, Apply)]
    for kind in each:
        counts[kind] += sum(taps) - everywhere
    kind, reached = reduction.operation.kind, 1
    for block in statement.blocks:
        named = block.factors(statement.target.loops)
        own = int(block.outputs) if block.outputs is not None else 1
        for factor in named if block.outputs is None else ():
            own *= int(factor)
        reached *= own
    counts[kind] += sum(read - 1 for read in taps if read) - (everywhere - reached)
    return Operations(**counts)
