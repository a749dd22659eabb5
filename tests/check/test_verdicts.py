"""Verdicts in their order of precedence, on single layers, networks and formulas."""

import random

import pytest

from convmath import Conv2d, check
from tests.check.drawn import DRAWN


@pytest.mark.parametrize("draw", DRAWN, ids=[draw.__name__ for draw in DRAWN])
def test_right_answers_are_right_and_wrong_rules_are_found(draw):
    source = random.Random(20)
    for _ in range(25):
        problem = draw(source)
        (right,) = check(problem.layer, problem.shape, {problem.quantity: str(problem.right)})
        assert right.verdict == "right", problem
        for code, value in problem.wrong.items():
            (verdict,) = check(problem.layer, problem.shape, {problem.quantity: str(value)})
            assert code in verdict.codes, (problem, code)
            assert verdict.right == problem.right


def verdicts(*arguments, **answers):
    return [verdict.verdict for verdict in check(*arguments, **answers)]


def test_an_error_that_is_carried_forward_is_made_once():
    table = {
        "C1.output": "6x24x24",  # without the padding
        "S2.output": "6x12x12",
        "C3.multiplications": 8 * 8 * 25 * 6 * 16,
        "C3.output": "16x8x8",
        "in_features": 16 * 4 * 4,
    }
    found = check("lenet", None, table)
    assert [verdict.verdict for verdict in found] == ["known", "follows", "follows", "follows", "follows"]
    assert found[0].codes == ["O03"]
    assert found[1].right == (6, 14, 14)


@pytest.mark.parametrize(
    "table",
    [
        {"C1.size": 24, "S2.size": 12, "C3.size": 8},
        {"C1.output": "24x24x6", "S2.output": "12x12x6"},
        {"C1.height": 24, "S2.output": "6x12x12", "in_features": 256, "F5.parameters": 257 * 120},
    ],
)
def test_what_follows_may_be_written_in_other_ways(table):
    found = [verdict.verdict for verdict in check("lenet", None, table)]
    assert found == ["known", *["follows"] * (len(table) - 1)]


def test_a_padding_that_keeps_is_one_number_where_one_will_do():
    (uneven,) = check("Conv2d(3, 8, (3, 5))", "3x8x8", {"padding": 9})
    (even,) = check("Conv2d(3, 8, 3)", "3x8x8", {"padding": 9})
    assert (uneven.right, even.right) == ((1, 2), 1)
    assert verdicts("Conv1d(3, 8, 3)", "3x8", padding="(0, 2)") == ["right"]
    assert verdicts("Conv1d(3, 8, 3)", "3x8", padding="(3, -1)") == ["wrong"]


def test_strange_but_legal_questions_have_an_answer():
    assert verdicts("Unfold(3)", "3x9x9", output="27x49") == ["right"]
    assert verdicts("Conv2d(3,8,3,stride=2)", "3xHxW", parameters="(W)^0.5") == ["unreadable"]
    deep = " -> ".join(["Conv2d(3,3,3,padding=1)"] * 1_400)
    assert verdicts(deep, "3x32x32", receptive_field=2801) == ["right"]
    assert verdicts(deep, "3x32x32", receptive_field=5) == ["wrong"]


def test_a_total_of_wrong_rows_follows():
    found = check("lenet", None, {"C3.parameters": 416, "parameters": 61_706 - 2_416 + 416})
    assert [verdict.verdict for verdict in found] == ["known", "follows"]
    assert "your own rows" in found[1].why


def test_memory_and_multiplications_follow_from_ones_own_output():
    found = check(
        "Conv2d(3, 8, 3)",
        "3x9x9",
        output="8x6x6",
        multiplications=36 * 27 * 8,
        memory=4 * 8 * 36,
        neurons=288,
    )
    assert [verdict.verdict for verdict in found] == ["known", "follows", "follows", "follows"]


def test_what_is_wrong_by_itself_does_not_follow():
    found = check("Conv2d(3, 8, 3)", "3x9x9", output="8x6x6", multiplications=17)
    assert found[1].verdict == "wrong"


def test_a_total_in_which_one_row_is_wrong_names_it():
    (verdict,) = check("lenet", parameters=61_706 - 2_416 + 416)
    assert verdict.codes[0] == "P03"
    assert "in C3" in verdict.why


def test_a_total_in_which_every_row_is_wrong():
    (verdict,) = check("lenet", parameters=61_470)  # 236 biases fewer
    assert verdict.verdict == "right-if"
    assert {"K09", "P01", "F01"} <= set(verdict.codes)


def test_a_row_that_is_left_out():
    (verdict,) = check("lenet", parameters=61_706 - 850)
    assert "F13" in verdict.codes
    assert "output is left out" in verdict.why


def test_what_is_flattened_without_its_channels_is_worked_out():
    (verdict,) = check("lenet", in_features=25)
    assert verdict.why == "5*5 = 25: the channels are left out; flattening keeps every channel"


def test_only_maps_are_flattened():
    (verdict,) = check("lenet", in_features=120)
    assert "F06" not in verdict.codes


def test_every_cause_is_listed_once():
    (verdict,) = check("Conv1d(1,1,5,stride=2,padding=2,dilation=3)", "1x22", length=9)
    assert verdict.codes == ["O20", "O13", "O19"]


FORMULAS = [
    ("height", "floor((H - k)/s) + 1", "right", []),
    ("height", "⌊(H - k + s)/s⌋", "right", []),
    ("height", "(H - k)//s + 1", "right", []),
    ("height", r"\lfloor\frac{H-k}{s}\rfloor + 1", "right", []),
    ("height", "(H - k)/s + 1", "right-if", ["O06", "K01"]),
    ("height", "floor((H - k)/s)", "known", ["O01"]),
    ("height", "H - k + 1", "known", ["O04"]),
    ("height", "floor(H/2)", "known", ["O23"]),
    ("height", "H + 3*k", "wrong", []),
    ("parameters", "8*(3*k^2 + 1)", "right", []),
    ("parameters", "24k^2 + 8", "right", []),
    ("parameters", "8*(k^2 + 1)", "known", ["P03"]),
    ("weights", "3*8*k*k", "right", []),
    ("output", "8 x (floor((H-k)/s) + 1) x (floor((W-k)/s) + 1)", "right", []),
    ("output", "8 x (floor((H-k)/s)) x (floor((W-k)/s))", "known", ["O01"]),
    ("parameters", "8*(q^2 + 1)", "unreadable", []),
]


@pytest.mark.parametrize(("quantity", "answer", "verdict", "codes"), FORMULAS)
def test_formulas_are_proved_or_refuted(quantity, answer, verdict, codes):
    (found,) = check("Conv2d(3, 8, k, stride=s)", "3xHxW", {quantity: answer})
    assert (found.verdict, found.codes[: len(codes)]) == (verdict, codes)
    if verdict == "right":
        assert "proved" in found.said


def test_a_formula_that_differs_comes_with_an_example():
    (found,) = check("Conv2d(3, 8, 3)", "3xHxW", height="H - 1")
    assert found.why == "H=3: yours 2, right 1"
    (unknown,) = check("Conv2d(3, 8, 3)", "3xHxW", height="h - 1")
    assert "has 'h', which the question does not" in unknown.why


def test_the_unknown_letter_is_named():
    (found,) = check("Conv2d(3, 8, 3)", "3xHxW", height="Q - 1")
    assert "known are H, W" in found.why


def test_a_module_is_asked_like_a_layer():
    torch = pytest.importorskip("torch")
    (found,) = check(torch.nn.Sequential(torch.nn.Conv2d(3, 100, 5)), (3, 300, 300), parameters=2600)
    assert found.codes == ["P03"]


def test_layers_and_lists_of_layers():
    assert (
        verdicts(Conv2d(3, 100, 5), (3, 300, 300), parameters=7600, output=(100, 296, 296)) == ["right"] * 2
    )
    assert verdicts([Conv2d(3, 8, 3), Conv2d(8, 8, 3)], "3x9x9", receptive_field=5) == ["right"]


def test_verdicts_print_and_show_themselves():
    found = check("Conv2d(3, 100, 5)", "3x300x300", parameters=2600)
    assert "(5^2 + 1)*100 = 2600" in str(found)
    assert "<td>P03</td>" in found._repr_html_()
    assert not found.all_right
