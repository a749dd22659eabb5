"""The convolution layers of ResNet-50 and VGG-16 at 224x224, as literal tables."""

from __future__ import annotations

from typing import NamedTuple


class Layer(NamedTuple):
    """A square convolution, and how many times the network has it."""

    times: int
    in_channels: int
    out_channels: int
    kernel_size: int
    n: int
    stride: int = 1

    @property
    def padding(self) -> int:
        """Half the kernel: both networks pad this way."""
        return self.kernel_size // 2

    def __str__(self) -> str:
        k, n = self.kernel_size, self.n
        stride = f", stride {self.stride}" if self.stride > 1 else ""
        return f"{self.in_channels} → {self.out_channels}, {k}x{k}{stride}, on {n}x{n}"


RESNET50 = (
    Layer(1, 3, 64, 7, 224, stride=2),
    Layer(1, 64, 64, 1, 56),
    Layer(3, 64, 64, 3, 56),
    Layer(4, 64, 256, 1, 56),
    Layer(2, 256, 64, 1, 56),
    Layer(1, 256, 128, 1, 56),
    Layer(1, 128, 128, 3, 56, stride=2),
    Layer(1, 256, 512, 1, 56, stride=2),
    Layer(4, 128, 512, 1, 28),
    Layer(3, 512, 128, 1, 28),
    Layer(3, 128, 128, 3, 28),
    Layer(1, 512, 256, 1, 28),
    Layer(1, 256, 256, 3, 28, stride=2),
    Layer(1, 512, 1024, 1, 28, stride=2),
    Layer(6, 256, 1024, 1, 14),
    Layer(5, 1024, 256, 1, 14),
    Layer(5, 256, 256, 3, 14),
    Layer(1, 1024, 512, 1, 14),
    Layer(1, 512, 512, 3, 14, stride=2),
    Layer(1, 1024, 2048, 1, 14, stride=2),
    Layer(3, 512, 2048, 1, 7),
    Layer(2, 2048, 512, 1, 7),
    Layer(2, 512, 512, 3, 7),
)
VGG16 = (
    Layer(1, 3, 64, 3, 224),
    Layer(1, 64, 64, 3, 224),
    Layer(1, 64, 128, 3, 112),
    Layer(1, 128, 128, 3, 112),
    Layer(1, 128, 256, 3, 56),
    Layer(2, 256, 256, 3, 56),
    Layer(1, 256, 512, 3, 28),
    Layer(2, 512, 512, 3, 28),
    Layer(3, 512, 512, 3, 14),
)
