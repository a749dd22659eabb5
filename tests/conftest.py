"""Hypothesis profiles, and the device PyTorch runs on."""

import os

import pytest
from hypothesis import HealthCheck, settings

SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large)

settings.register_profile("dev", max_examples=50, deadline=None, suppress_health_check=SLOW)
settings.register_profile(
    "ci", max_examples=70, deadline=None, derandomize=True, database=None, suppress_health_check=SLOW
)
settings.register_profile("thorough", max_examples=2000, deadline=None, suppress_health_check=SLOW)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


def pytest_addoption(parser):
    parser.addoption(
        "--device",
        choices=("auto", "cpu", "cuda"),
        default="auto",
        help="where PyTorch runs; auto takes a GPU if there is one, cuda fails without one",
    )


@pytest.fixture(scope="session")
def device(request):
    import torch

    wanted = request.config.getoption("--device")
    if wanted == "cuda" and not torch.cuda.is_available():
        raise pytest.UsageError("--device cuda was asked for, but PyTorch finds no GPU")
    if wanted == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    return wanted
