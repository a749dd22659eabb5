"""Modules as people write them, for reading and running what convmath has never seen."""

import torch
import torch.nn.functional as F  # noqa: N812
from torch import nn


class TwoLayers(nn.Module):
    """A tutorial's first network: functional calls, view with a batch size."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(16 * 4 * 4, 120)
        self.fc2 = nn.Linear(120, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.avg_pool2d(torch.tanh(self.conv2(x)), (2, 2))
        x = x.view(x.size(0), -1)
        return F.softmax(self.fc2(F.dropout(F.relu(self.fc1(x)), training=self.training)), dim=1)


class ResidualBlock(nn.Module):
    def __init__(self, channels, out, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, out, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(out)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(out, out, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(out)
        self.down = None
        if stride != 1 or channels != out:
            self.down = nn.Sequential(nn.Conv2d(channels, out, 1, stride, bias=False), nn.BatchNorm2d(out))

    def forward(self, x):
        identity = x if self.down is None else self.down(x)
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        out += identity
        return self.relu(out)


class Residual(nn.Module):
    """A residual network: in-place sums, a ReLU used twice, a mean for a pool."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, padding=1)
        self.layers = nn.Sequential(ResidualBlock(8, 8), ResidualBlock(8, 16, 2))
        self.head = nn.Linear(16, 10)

    def forward(self, x):
        return self.head(self.layers(self.stem(x)).mean((2, 3)))


class Dense(nn.Module):
    """Concatenation: each layer reads all before it."""

    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList(nn.Conv2d(4 + 3 * k, 3, 3, padding=1) for k in range(3))
        self.norm = nn.GroupNorm(1, 13)
        self.pool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(13, 5)

    def forward(self, x):
        maps = [x]
        for layer in self.layers:
            maps.append(F.leaky_relu(layer(torch.cat(maps, dim=1)), 0.1))
        x = self.pool(self.norm(torch.cat(maps, 1)))
        return self.fc(torch.flatten(x, 1))


class SqueezeExcitation(nn.Module):
    """A gate a channel, as MobileNetV3 has it."""

    def __init__(self, channels=8, squeezed=2):
        super().__init__()
        self.conv = nn.Conv2d(3, channels, 3, padding=1, groups=1)
        self.depthwise = nn.Conv2d(channels, channels, 3, padding=1, groups=channels)
        self.fc1 = nn.Conv2d(channels, squeezed, 1)
        self.fc2 = nn.Conv2d(squeezed, channels, 1)
        self.act = nn.Hardswish(inplace=True)

    def forward(self, x):
        x = self.act(self.depthwise(self.act(self.conv(x))))
        scale = F.adaptive_avg_pool2d(x, 1)
        scale = F.hardsigmoid(self.fc2(F.relu(self.fc1(scale))))
        return scale * x


def channel_shuffle(x, groups):
    batch, channels, height, width = x.size()
    x = x.view(batch, groups, channels // groups, height, width)
    x = torch.transpose(x, 1, 2).contiguous()
    return x.view(batch, channels, height, width)


class Shuffle(nn.Module):
    """ShuffleNet's unit: chunk, transform one half, concatenate, shuffle."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 1)
        self.branch = nn.Sequential(
            nn.Conv2d(4, 4, 1), nn.ReLU(), nn.Conv2d(4, 4, 3, padding=1, groups=4), nn.SiLU()
        )

    def forward(self, x):
        kept, changed = self.conv(x).chunk(2, dim=1)
        return channel_shuffle(torch.cat((kept, self.branch(changed)), dim=1), 2)


class EncoderDecoder(nn.Module):
    """An encoder and a decoder with skip connections: one by a transposed convolution, one resized."""

    def __init__(self):
        super().__init__()
        self.down1 = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.ReLU())
        self.down2 = nn.Sequential(nn.Conv2d(4, 8, 3, padding=1), nn.ReLU())
        self.bottom = nn.Conv2d(8, 16, 3, padding=1)
        self.up = nn.ConvTranspose2d(16, 8, 2, stride=2)
        self.merge = nn.Conv2d(16, 4, 3, padding=1)
        self.out = nn.Conv2d(8, 2, 1)
        self.upsample = nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False)

    def forward(self, x):
        first = self.down1(x)
        second = self.down2(F.max_pool2d(first, 2))
        y = self.up(self.bottom(F.max_pool2d(second, 2)))
        y = F.relu(self.merge(torch.cat([second, y], dim=1)))
        return torch.sigmoid(self.out(torch.cat([first, self.upsample(y)], dim=1)))


class ConvNeXtBlock(nn.Module):
    """Permutes to put channels last, layer norm, GELU, a trained scale, a constant shift."""

    def __init__(self, channels=6):
        super().__init__()
        self.depthwise = nn.Conv2d(channels, channels, 7, padding=3, groups=channels)
        self.norm = nn.LayerNorm(channels, eps=1e-6)
        self.widen = nn.Linear(channels, 4 * channels)
        self.narrow = nn.Linear(4 * channels, channels)
        self.layer_scale = nn.Parameter(torch.full((channels, 1, 1), 0.5))

    def forward(self, x):
        y = self.norm(self.depthwise(x).permute(0, 2, 3, 1))
        y = self.narrow(F.gelu(self.widen(y))).permute(0, 3, 1, 2)
        return 1 - (x + self.layer_scale * y - 0.5) / 2


class Shared(nn.Module):
    """One convolution run twice: its weights count once."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(4, 4, 3, padding=1)

    def forward(self, x):
        return self.conv(F.relu6(self.conv(x)))


class Attention(nn.Module):
    """Something convmath does not know in the middle: a sort."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        self.last = nn.Conv2d(4, 2, 1)

    def forward(self, x):
        x, _ = torch.sort(self.conv(x), dim=1)
        return self.last(x)


MODULES = (  # a module and its input
    (TwoLayers, (1, 28, 28)),
    (Residual, (3, 16, 16)),
    (Dense, (4, 9, 7)),
    (SqueezeExcitation, (3, 10, 10)),
    (Shuffle, (3, 8, 8)),
    (EncoderDecoder, (3, 16, 24)),
    (ConvNeXtBlock, (6, 9, 9)),
    (Shared, (4, 8, 8)),
)
