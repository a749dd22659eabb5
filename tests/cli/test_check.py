"""``convmath check``: what it says, its exit codes, and what it does not tell."""

import pytest

PASTED = """Sequential(
  (0): Conv2d(3, 100, kernel_size=(5, 5), stride=(1, 1))
)"""


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        (["parameters=7600"], 0),
        (["parameters=7,600", "output=(100, 296, 296)"], 0),
        (["output=296x296x100"], 0),
        (["parameters=2600"], 1),
        (["parameters=7600", "output=100x297x297"], 1),
        (["parameters=7600", "output=one"], 2),
        (["parameters=2600", "output=one"], 2),
    ],
)
def test_the_exit_code_says_whether_all_is_right(convmath, answers, code):
    assert convmath("check", "Conv2d(3, 100, 5)", "--input", "3x300x300", *answers).code == code


def test_a_wrong_answer_is_named_with_its_mistake(convmath):
    run = convmath("check", "Conv2d(3, 100, 5)", "--input", "3x300x300", "parameters=2600")
    assert run.out.splitlines() == [
        "Conv2d(3, 100, 5) on 3x300x300",
        "parameters = 2600: wrong (P03)",
        "  (5^2 + 1)*100 = 2600: the input channels are left out; each filter spans all 3 input channels",
        "  right: 7,600, (5^2*3 + 1)*100",
    ]


def test_json_names_the_code_and_the_right_answer(convmath):
    run = convmath(
        "check", "Conv2d(3,100,5)", "--input", "3x300x300", "parameters=2600", "--format", "json"
    )
    (verdict,) = run.json()["verdicts"]
    assert run.code == 1
    assert (verdict["verdict"], verdict["codes"], verdict["right"]) == ("known", ["P03"], 7600)


def test_what_was_pasted_is_echoed(convmath):
    run = convmath("check", PASTED, "--input", "300x300x3", "parameters=2600")
    assert run.out.startswith("Conv2d(3, 100, 5) on 3x300x300\n")
    assert "300x300x3 fits with its channels last: read as 3x300x300" in run.err


@pytest.mark.parametrize(
    ("hint", "said"),
    [
        ("1", "  think about the input channels"),
        ("2", "  each filter spans all 3 input channels"),
        ("3", "  right: 7,600, (5^2*3 + 1)*100"),
    ],
)
def test_hints_say_more_and_more(convmath, hint, said):
    run = convmath("check", "Conv2d(3, 100, 5)", "--input", "3x300x300", "parameters=2600", "--hint", hint)
    assert run.out.splitlines()[-1] == said
    assert ("7,600" in run.out) is (hint == "3")


@pytest.mark.parametrize("format_", ["text", "json", "markdown", "html"])
@pytest.mark.parametrize(
    "answer", ["parameters=2600", "parameters=7601", "parameters=12345", "parameters=7500"]
)
def test_what_is_not_to_be_revealed_is_not(convmath, format_, answer):
    run = convmath(
        "check", "Conv2d(3, 100, 5)", "--input", "3x300x300", answer, "--no-reveal", "--format", format_
    )
    for right in ("7600", "7,600", "5^2*3 + 1"):
        assert right not in run.out


@pytest.mark.parametrize("format_", ["text", "json", "markdown", "html"])
def test_a_hint_gives_no_more_away_than_it_says(convmath, format_):
    arguments = ("check", "Conv2d(3, 100, 5)", "--input", "3x300x300", "parameters=2600")
    run = convmath(*arguments, "--hint", "1", "--format", format_)
    assert "think about the input channels" in run.out
    for more in ("P03", "5^2", "left out", "7,600", "7600"):
        assert more not in run.out


def test_an_example_is_not_revealed(convmath):
    run = convmath("check", "Conv2d(3, 8, k)", "--input", "3xHxW", "parameters=8k^2+7", "--no-reveal")
    assert "right" not in run.out


@pytest.mark.parametrize("format_", ["markdown", "html"])
def test_tables_have_a_row_an_answer(convmath, format_):
    run = convmath("check", "lenet", "parameters=61706", "C3.parameters=416", "--format", format_)
    assert run.out.count("C3.parameters") == 1
    assert "P03" in run.out
    assert "61,706" in run.out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["lenet"], "no answer is given"),
        (["lenet", "61706"], "'61706' names no quantity; write it like parameters=2600"),
        (["lenet", "paramters=1"], "there is no quantity 'paramters'; did you mean parameters"),
        (["lenet", "C9.parameters=1"], "has no node 'C9'; did you mean C3"),
        (["lenet", "params=1", "params=2"], "params is answered twice"),
        (["lenet", "parameters=1", "--node", "C9"], "has no node 'C9'"),
        (["lenet", "share=1"], "a share is that of one node"),
        (["lenett", "parameters=1"], "there is no network 'lenett'; did you mean"),
        (["lenet", "parameters=1", "--hint", "4"], "4 is not in the range 1<=x<=3"),
    ],
)
def test_what_cannot_be_asked_is_one_sentence_and_exit_code_2(convmath, arguments, sentence):
    run = convmath("check", *arguments)
    assert (run.code, run.out) == (2, "")
    assert sentence in run.err
    assert len(run.err.splitlines()) == 1


def test_a_command_that_is_written_wrong_is_said(convmath):
    run = convmath("chek", "lenet", "parameters=1")
    assert (run.code, run.out) == (2, "")
    assert run.err == "convmath: there is no command 'chek'; did you mean check?\n"


def test_operations_are_said_with_their_convention(convmath):
    assert "2 x macs + bias additions" in convmath("check", "lenet", "flops=839558").out


def test_a_node_is_asked_by_name_or_by_option(convmath):
    assert convmath("check", "lenet", "C3.parameters=2416").code == 0
    assert convmath("check", "lenet", "parameters=2416", "--node", "C3").code == 0


def test_memory_is_said_in_bytes(convmath):
    run = convmath("check", "resnet50", "weight_memory=1 MiB")
    assert "right: 102,228,128 bytes (97.5 MiB)" in run.out
