"""Features: dense layers, normalisations, and functions of one element or along one axis."""

from __future__ import annotations

from hypothesis import strategies as st

from convmath import layers
from convmath.oracle.strategies.cases import Case, Draw, composite, ranks, shapes
from convmath.oracle.strategies.windows import grouped

ELEMENTWISE = (
    *(getattr(layers, name) for name in layers.FAMILIES["activation"] if name != "PReLU"),
    *(layers.Identity, layers.Dropout, layers.Affine),
)
ARGUMENTS = {  # of those that take some
    layers.Hardtanh: ((-2.0, 3.0), (0.0, 1.0)),
    layers.LeakyReLU: ((0.25,), (1.0,)),
    layers.ELU: ((0.5,),),
    layers.CELU: ((2.0,),),
    layers.Softplus: ((2.0,),),
    layers.Affine: ((0.5, 0.0), (-0.1, 3.0), (1.0, -2.0)),
}


@composite
def linears(draw: Draw) -> Case:
    """Dense layers on features, or on rows of them; distances from fixed centres."""
    features, outputs = draw(st.integers(1, 6)), draw(st.integers(1, 4))
    if draw(st.integers(0, 3)) == 0:
        return Case(layers.RadialBasis(features, outputs), ((features,),))
    rows = draw(st.lists(st.integers(1, 3), max_size=2))
    return Case(layers.Linear(features, outputs, draw(st.booleans())), ((*rows, features),))


@composite
def batch_norms(draw: Draw) -> Case:
    """Batch normalisation at inference, with and without trained scale and shift."""
    kind, ranks_taken = draw(
        st.sampled_from(
            ((layers.BatchNorm1d, (0, 1)), (layers.BatchNorm2d, (2,)), (layers.BatchNorm3d, (3,)))
        )
    )
    shape = draw(shapes(draw(st.sampled_from(ranks_taken))))
    layer = kind(shape[0], draw(st.sampled_from((1e-5, 1e-3))), draw(st.booleans()))
    return Case(layer, (shape,))


@composite
def group_norms(draw: Draw) -> Case:
    """Group, layer and root mean square normalisation, with and without trained scale and shift."""
    affine = draw(st.booleans())
    if draw(st.booleans()):
        inputs, _, groups = draw(grouped())
        shape = (inputs, *draw(shapes(draw(ranks())))[1:])
        return Case(layers.GroupNorm(groups, inputs, draw(st.sampled_from((1e-5, 1.0))), affine), (shape,))
    shape = draw(shapes(draw(st.integers(0, 3))))
    over = draw(st.integers(1, len(shape)))
    normalised = shape[-1] if over == 1 and draw(st.booleans()) else shape[-over:]
    if draw(st.booleans()):
        return Case(layers.RMSNorm(normalised, draw(st.sampled_from((None, 1e-3))), affine), (shape,))
    return Case(layers.LayerNorm(normalised, 1e-5, affine, draw(st.booleans())), (shape,))


@composite
def local_response_norms(draw: Draw) -> Case:
    """AlexNet's normalisation: windows narrower and wider than the channels."""
    alpha, beta, k = (draw(st.sampled_from(values)) for values in ((1e-4, 1.0), (0.75, 0.5), (1.0, 2.0)))
    layer = layers.LocalResponseNorm(draw(st.integers(1, 5)), alpha, beta, k)
    return Case(layer, (draw(shapes(draw(ranks()))),))


@composite
def activations(draw: Draw) -> Case:
    """Functions of one element, of features or maps."""
    kind = draw(st.sampled_from(ELEMENTWISE))
    given = draw(st.sampled_from(((), *ARGUMENTS.get(kind, ()))))
    return Case(kind(*given), (draw(shapes(draw(st.integers(0, 3)))),))


@composite
def prelus(draw: Draw) -> Case:
    """A trained slope for all channels, or one each."""
    shape = draw(shapes(draw(st.integers(0, 3))))
    return Case(layers.PReLU(draw(st.sampled_from((1, shape[0])))), (shape,))


@composite
def dropouts(draw: Draw) -> Case:
    """Whole maps dropped, but not at inference."""
    rank = draw(ranks())
    return Case(layers.of_rank("Dropout", rank)(), (draw(shapes(rank)),))


@composite
def along_an_axis(draw: Draw) -> Case:
    """Softmax, its logarithm, and the gated linear unit."""
    shape = draw(shapes(draw(st.integers(0, 3))))
    dim = draw(st.integers(1, len(shape)))
    kind = draw(st.sampled_from((layers.Softmax, layers.LogSoftmax, layers.GLU)))
    if kind is layers.GLU:
        shape = (*shape[: dim - 1], 2 * shape[dim - 1], *shape[dim:])
        dim = draw(st.sampled_from((dim, dim - 1 - len(shape))))
    return Case(kind(dim), (shape,))


@composite
def instance_norms(draw: Draw) -> Case:
    """Every map normalised by itself; PyTorch wants more than one position."""
    rank = draw(ranks())
    channels, first, *rest = draw(shapes(rank))
    layer = layers.of_rank("InstanceNorm", rank)(channels, 1e-5, draw(st.booleans()))
    return Case(layer, ((channels, first + 1, *rest),))
