"""Modules for what PyTorch lacks; parameters carry PyTorch's names and are plain weights."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import nn
from torch.nn import functional

from convmath.layers.adaptive import AdaptivePool
from convmath.layers.arguments import per_axis
from convmath.layers.conv import Conv
from convmath.layers.conv_transpose import ConvTranspose
from convmath.layers.pad import Pad
from convmath.layers.pool import AvgPool, MaxPool, Pool
from convmath.torch.functional import constant_pad, flat, functional_of, symmetric_pad, window_sums


def parameter(*shape: int) -> Any:
    """A trainable tensor, small and random until something is loaded."""
    return nn.Parameter(torch.empty(shape).uniform_(-0.1, 0.1))


class PaddedConv(nn.Module):  # type: ignore[misc]
    """Pad by pairs, then convolve without padding; connection tables mask, true convolution flips."""

    def __init__(self, layer: Conv) -> None:
        super().__init__()
        self.layer = layer
        inputs = int(layer.in_channels) // int(layer.groups)
        kernel = per_axis(layer, "kernel_size", layer.rank)
        self.weight = parameter(int(layer.out_channels), inputs, *kernel)
        self.bias = parameter(int(layer.out_channels)) if layer.bias else None
        mask = torch.ones_like(self.weight) if layer.connections is None else connection_mask(self)
        self.register_buffer("mask", mask, persistent=False)

    def forward(self, x: Any) -> Any:
        """Convolve ``x`` (N, C, *spatial)."""
        layer, rank = self.layer, self.layer.rank
        pairs = [(w.begin, w.end) for w in layer.windows(tuple(x.shape[2:]))]
        mode = "constant" if layer.padding_mode == "zeros" else layer.padding_mode
        weight = self.weight * self.mask
        weight = weight.flip(tuple(range(2, 2 + rank))) if layer.flip_kernel else weight
        stride, dilation = per_axis(layer, "stride", rank), per_axis(layer, "dilation", rank)
        x = functional.pad(x, flat(pairs), mode)
        return functional_of("conv", rank)(x, weight, self.bias, stride, 0, dilation, layer.groups)


def connection_mask(conv: PaddedConv) -> Any:
    """Ones where an output channel reads an input channel, zeros elsewhere."""
    mask = torch.zeros_like(conv.weight)
    for output, inputs in enumerate(conv.layer.connections or ()):
        mask[output, list(inputs)] = 1
    return mask


class CroppedConvTranspose(nn.Module):  # type: ignore[misc]
    """Stamp without cropping, then crop by pairs."""

    def __init__(self, layer: ConvTranspose) -> None:
        super().__init__()
        self.layer = layer
        outputs = int(layer.out_channels) // int(layer.groups)
        kernel = per_axis(layer, "kernel_size", layer.rank)
        self.weight = parameter(int(layer.in_channels), outputs, *kernel)
        self.bias = parameter(int(layer.out_channels)) if layer.bias else None

    def forward(self, x: Any) -> Any:
        """Transposed convolution of ``x`` (N, C, *spatial)."""
        layer, rank = self.layer, self.layer.rank
        names = ("stride", "output_padding", "dilation")
        stride, extra, dilation = (per_axis(layer, name, rank) for name in names)
        transpose = functional_of("conv_transpose", rank)
        y = transpose(x, self.weight, self.bias, stride, 0, extra, layer.groups, dilation)
        return constant_pad(y, [(-w.begin, -w.end) for w in layer.windows()])


class PaddedMaxPool(nn.Module):  # type: ignore[misc]
    """Pad by pairs with minus infinity, ceil_mode's overhang included, then pool without padding."""

    def __init__(self, layer: MaxPool) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, x: Any) -> Any:
        """The largest value of each window of ``x`` (N, C, *spatial)."""
        windows = self.layer.windows()
        x = constant_pad(x, [(w.begin, w.end) for w in windows], -torch.inf)
        kernel, stride = [w.kernel_size for w in windows], [w.stride for w in windows]
        dilation = [w.dilation for w in windows]
        return functional_of("max_pool", self.layer.rank)(x, kernel, stride, 0, dilation)


class PaddedAvgPool(nn.Module):  # type: ignore[misc]
    """Window sums over window sums of ones: ones where the divisor counts."""

    def __init__(self, layer: AvgPool) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, x: Any) -> Any:
        """The mean of each window of ``x`` (N, C, *spatial)."""
        sums = pool_sums(self.layer, x)
        return sums / (self.layer.divisor_override or self._counts(x))

    def _counts(self, x: Any) -> Any:
        inside = torch.ones_like(x)
        if not self.layer.count_include_pad:
            return pool_sums(self.layer, inside).clamp(min=1)
        bare = type(self.layer)(self.layer.kernel_size, self.layer.stride, self.layer.padding)
        padded = constant_pad(inside, [(w.begin, w.end) for w in bare.windows()], 1.0)
        overhang = [
            (0, full.end - w.end) for full, w in zip(self.layer.windows(), bare.windows(), strict=True)
        ]
        kernel, stride = window_arguments(self.layer)
        return window_sums(constant_pad(padded, overhang), kernel, stride).clamp(min=1)


class Subsample(nn.Module):  # type: ignore[misc]
    """LeNet-5's trainable subsampling: window sums, scaled and shifted by channel."""

    def __init__(self, layer: Any) -> None:
        super().__init__()
        self.layer = layer
        self.weight = parameter(int(layer.channels))
        self.bias = parameter(int(layer.channels))

    def forward(self, x: Any) -> Any:
        """Subsample ``x`` (N, C, *spatial)."""
        each = (-1, *(1,) * self.layer.rank)
        return pool_sums(self.layer, x) * self.weight.view(each) + self.bias.view(each)


def pool_sums(layer: Pool, x: Any) -> Any:
    """The sum under every window of the layer, zeros beyond the input."""
    padded = constant_pad(x, [(w.begin, w.end) for w in layer.windows()])
    return window_sums(padded, *window_arguments(layer))


def window_arguments(layer: Pool) -> tuple[list[int], list[int]]:
    """Kernel sizes and strides by axis."""
    windows = layer.windows()
    return [int(w.kernel_size) for w in windows], [int(w.stride) for w in windows]


class KeepingAdaptivePool(nn.Module):  # type: ignore[misc]
    """Adaptive pooling that keeps the size of every axis given as None, in rank 1 too."""

    def __init__(self, layer: AdaptivePool, name: str) -> None:
        super().__init__()
        self.layer, self.pool = layer, functional_of(name, layer.rank)

    def forward(self, x: Any) -> Any:
        """Pool ``x`` (N, C, *spatial)."""
        wanted = per_axis(self.layer, "output_size", self.layer.rank)
        sizes = [n if size is None else size for n, size in zip(x.shape[2:], wanted, strict=True)]
        return self.pool(x, sizes)


class SymmetricPad(nn.Module):  # type: ignore[misc]
    """OpenCV's BORDER_REFLECT, by index."""

    def __init__(self, layer: Pad) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, x: Any) -> Any:
        """Pad ``x`` (N, C, *spatial)."""
        return symmetric_pad(x, self.layer.pairs())


class ChannelPad(nn.Module):  # type: ignore[misc]
    """Pads each channel with its own constant."""

    def __init__(self, layer: Pad, values: tuple[float, ...]) -> None:
        super().__init__()
        self.layer, self.values = layer, values

    def forward(self, x: Any) -> Any:
        """Pad ``x`` (N, C, *spatial)."""
        pairs: Any = self.layer.pairs()
        inside = constant_pad(torch.ones_like(x, dtype=torch.bool), pairs, False)
        fill = torch.tensor(self.values, dtype=x.dtype, device=x.device)
        return constant_pad(x, pairs).where(inside, fill.view(-1, *(1,) * self.layer.rank))


class RadialBasis(nn.Module):  # type: ignore[misc]
    """Squared distances from centres that are not trained."""

    def __init__(self, in_features: int, out_features: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(parameter(out_features, in_features), requires_grad=False)

    def forward(self, x: Any) -> Any:
        """The distances of ``x`` (N, C_in)."""
        return (x[:, None] - self.weight).square().sum(-1)


class Array(nn.Module):  # type: ignore[misc]
    """A tensor of the network's own, as one sample."""

    def __init__(self, shape: tuple[int, ...], trainable: bool) -> None:
        super().__init__()
        self.weight = nn.Parameter(parameter(*shape), requires_grad=trainable)

    def forward(self) -> Any:
        """The tensor (1, *shape)."""
        return self.weight[None]


class Function(nn.Module):  # type: ignore[misc]
    """A function of tensors without weights."""

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__()
        self.function = function

    def forward(self, *arrays: Any) -> Any:
        """Call it."""
        return self.function(*arrays)


def aligned(arrays: tuple[Any, ...]) -> list[Any]:
    """Behind the samples, axes of size 1 put in until all have the same number."""
    rank = max(x.ndim for x in arrays)
    return [x.reshape(*x.shape[:1], *(1,) * (rank - x.ndim), *x.shape[1:]) for x in arrays]
