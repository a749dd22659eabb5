"""The independent witness: CNN operators in plain NumPy that walk the windows and count.

Every operator has two readings: ``<name>`` is the fast kernel, and ``<name>_definition`` the loops
that read like the formula and run on elements of any type.  Arrays are (N, C, *spatial), with any
number of spatial axes.
"""

from convmath_reference.activation import (
    dropout,
    dropout_definition,
    relu,
    relu6,
    relu6_definition,
    relu_definition,
    sigmoid,
    sigmoid_definition,
    softmax,
    softmax_definition,
    tanh,
    tanh_definition,
)
from convmath_reference.adaptive import (
    adaptive_avg_pool,
    adaptive_avg_pool_definition,
    adaptive_max_pool,
    adaptive_max_pool_definition,
)
from convmath_reference.conv import conv, conv_definition
from convmath_reference.conv_transpose import conv_transpose, conv_transpose_definition
from convmath_reference.counting import Counted, Tally, counted
from convmath_reference.elements import larger
from convmath_reference.join import add, add_definition, concat, concat_definition
from convmath_reference.linear import linear, linear_definition
from convmath_reference.norm import (
    batch_norm,
    batch_norm_definition,
    local_response_norm,
    local_response_norm_definition,
)
from convmath_reference.pad import pad, pad_definition
from convmath_reference.pool import (
    avg_pool,
    avg_pool_definition,
    max_pool,
    max_pool_definition,
    subsample,
    subsample_definition,
)
from convmath_reference.probe import matrix, reaches, receptive_field
from convmath_reference.reshape import flatten, flatten_definition, reshape, reshape_definition

__all__ = [
    "Counted",
    "Tally",
    "adaptive_avg_pool",
    "adaptive_avg_pool_definition",
    "adaptive_max_pool",
    "adaptive_max_pool_definition",
    "add",
    "add_definition",
    "avg_pool",
    "avg_pool_definition",
    "batch_norm",
    "batch_norm_definition",
    "concat",
    "concat_definition",
    "conv",
    "conv_definition",
    "conv_transpose",
    "conv_transpose_definition",
    "counted",
    "dropout",
    "dropout_definition",
    "flatten",
    "flatten_definition",
    "larger",
    "linear",
    "linear_definition",
    "local_response_norm",
    "local_response_norm_definition",
    "matrix",
    "max_pool",
    "max_pool_definition",
    "pad",
    "pad_definition",
    "reaches",
    "receptive_field",
    "relu",
    "relu6",
    "relu6_definition",
    "relu_definition",
    "reshape",
    "reshape_definition",
    "sigmoid",
    "sigmoid_definition",
    "softmax",
    "softmax_definition",
    "subsample",
    "subsample_definition",
    "tanh",
    "tanh_definition",
]
