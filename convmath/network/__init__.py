"""Networks: named layers joined into a graph, what is counted of them, and their files."""

from convmath.network.network import INPUT as INPUT
from convmath.network.network import Builder as Builder
from convmath.network.network import Network as Network
from convmath.network.network import Node as Node
