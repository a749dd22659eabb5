"""Networks: named layers joined into a graph, what is counted of them, and their files."""

from convmath.network.files import load as load
from convmath.network.files import save as save
from convmath.network.network import Builder as Builder
from convmath.network.network import Chain as Chain
from convmath.network.network import Network as Network
from convmath.network.nodes import INPUT as INPUT
from convmath.network.nodes import Node as Node
