import pytest


def test_derive_lists_every_derivation(convmath):
    lines = convmath("derive").out.splitlines()
    assert [line.split()[0] for line in lines][:3] == ["output-size", "ceil-mode", "same"]


def test_derive_shows_steps_reasons_and_proofs(convmath):
    out = convmath("derive", "output-size").out
    assert "floor((n + 2·p - d·(k - 1) - 1)/s) + 1" in out
    assert "i is an integer, so the quotient rounds down" in out
    assert out.count("[proved (canonical form)]") == 4


@pytest.mark.parametrize("format_", ["markdown", "latex"])
def test_derive_in_other_formats(convmath, format_):
    assert r"\left\lfloor" in convmath("derive", "output-size", "--format", format_).out


def test_derive_suggests_the_nearest_name(convmath):
    run = convmath("derive", "output-sise")
    assert run.code == 2
    assert "did you mean output-size or transposed-output-size?" in run.err


def test_lecture_counts_right_and_wrong(convmath):
    out = convmath("lecture").out
    assert "86,400" in out
    assert "37 right, 7 wrong" in out


def test_lecture_can_show_only_what_is_wrong(convmath):
    out = convmath("lecture", "--wrong").out
    assert "0 right, 7 wrong" in out
    assert "86,400" not in out
