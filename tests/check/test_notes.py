"""The linter: every way to write a claim, right ones in silence and wrong ones with what is wrong."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from convmath.check.notes.arithmetic import slips
from convmath.check.notes.lint import lint, lint_text
from convmath.check.notes.rows import map_of, shape_of

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
RIGHT = (HERE / "notes_right.txt").read_text(encoding="utf-8").splitlines()


def said(text):
    """The findings of a text without their places."""
    return [(finding.code, finding.says, finding.found) for finding in lint_text(text)]


@pytest.mark.parametrize("line", RIGHT, ids=range(len(RIGHT)))
def test_what_holds_or_is_no_claim_is_passed_over(line):
    assert said(line) == []


WRONG = [
    ("(9*20+1)*40 ≈ 7,280", "7,280", "7,240", ""),
    ("3 x 52 x 4 = 300", "300", "624", "5^2 for 52 fits"),
    ("5*5*2 + 1 * 10 = 510", "510", "60", "(5*5*2+1)*10 fits"),
    ("(20+1)*50 = 1,000", "1,000", "1,050", "that is the value without the biases"),
    ("20*50 = 1,050", "1,050", "1,000", "with 50 biases it is 1,050"),
    ("8*25 + 8 = 209", "209", "208", ""),
    ("209 = 8*25 + 8", "209", "208", ""),
    ("conv: 5*5*3*8 + 8 = 806", "806", "608", ""),
    (r"$11 \times 11 \times 3 \times 96 = 34,948$", "34,948", "34,848", ""),
    ("(10-3)/1 + 1 = 9", "9", "8", ""),
    ("96*11*11*3 = 35M", "35M", "34,848", ""),
    ("30/40 = 70%", "70%", "75%", ""),
    ("4000×5000 ≈ 3×10⁷", "3×10^7", "20,000,000", ""),
    ("12*12 = 144 = 145", "145", "144", ""),
    ("(20-3)/1 + 1 = 19×19", "19×19", "18", ""),
    ("总共128×3×3×3×5×5=86,401次乘法运算", "86,401", "86,400", ""),
    ("3*3*2 = 19 < 5*5 = 25", "19", "18", ""),
    ("40*40*3 = 3,2K", "3,2K", "4,800", ""),
    ("(3 × 3 × 3 + 1) × 32 = 816", "816", "896", ""),
    ("| conv1 | 5*5 = 26 |", "26", "25", ""),
    ("| `5*5 = 26` |", "26", "25", ""),
    ("20 % 3 = 3", "3", "2", ""),
    ("5² = 26", "26", "25", ""),
    ("8 = (3+4)", "8", "7", ""),
    ("7*7*512 = 2.3 myriads", "2.3", "25,088", ""),
]


@pytest.mark.parametrize(("line", "says", "found", "hint"), WRONG, ids=range(len(WRONG)))
def test_what_does_not_hold_is_said(line, says, found, hint):
    (finding,) = lint_text(line, "notes.md")
    assert str(finding) == f"notes.md:1: A01: says {says}, is {found}" + (f" ({hint})" if hint else "")


def test_only_the_wrong_one_of_a_chain_is_said():
    assert said("macs = 20*20*9\n= 400*9\n= 3,700") == [("A01", "3,700", "3,600")]
    assert lint_text("macs = 20*20*9\n= 400*9\n= 3,700")[0].place == "text:3"
    assert said("macs = 20*20*9\n= 400*8\n= 3,200") == [("A01", "400*8", "3,600")]


def test_columns_are_added_below_a_rule():
    above = "a: 5*5 = 25\nb: 3*3 = 9\n----\n"
    assert said(f"{above}= 34") == []
    assert said(f"{above}total: 35") == [("S03", "35", "34")]


def test_numbers_that_go_on_in_the_next_line_are_none():
    assert said("50*40*3=6\nK") == []
    assert said("50*40*3=6,\n000") == []


NG = """
| | Activation shape | Activation Size | # parameters |
|---|---|---|---|
| Input | (32,32,3) | 3,072 | 0 |
| CONV1 (f=5, s=1) | (28,28,8) | 6,272 | {conv1} |
| POOL1 | (14,14,8) | 1,568 | 0 |
| CONV2 (f=5, s=1) | (10,10,16) | {size} | {conv2} |
| POOL2 | (5,5,16) | 400 | 0 |
| FC3 | (120,1) | 120 | {fc3} |
| FC4 | (84,1) | 84 | {fc4} |
| Softmax | (10,1) | 10 | {last} |
| total | | | {total} |
"""
SOUND = {
    "conv1": 608,
    "size": "1,600",
    "conv2": "3,216",
    "fc3": "48,120",
    "fc4": "10,164",
    "last": 850,
    "total": "62,958",
}


def table(**changes):
    return NG.format(**{**SOUND, **changes})


def test_a_sound_table_is_passed_over():
    assert said(table()) == []


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        ({"conv1": 208, "total": "62,558"}, ("P03", "208", "608")),
        ({"conv1": "5·5·8 + 8 = 208", "total": "62,558"}, ("P03", "208", "608")),
        ({"conv2": 416, "total": "60,158"}, ("P03", "416", "3,216")),
        ({"fc3": "48,001", "total": "62,839"}, ("F02", "48,001", "48,120")),
        ({"fc3": "48,000", "total": "62,838"}, ("F01", "48,000", "48,120")),
        ({"size": "1,500"}, ("S02", "1,500", "1,600")),
        ({"total": "62,959"}, ("S03", "62,959", "62,958")),
        ({"total": "62.8K"}, ("S03", "62.8", "62,958")),
        ({"conv1": "(5*5*3+1)*8 = 618"}, ("A01", "618", "608")),
    ],
)
def test_a_table_blames_the_row_and_not_its_total(change, finding):
    """A sum that adds a wrong addend rightly is right, and so is one that adds the right ones."""
    assert said(table(**change)) == [finding]


def test_a_wrong_row_under_the_right_total_is_blamed_alone():
    assert said(table(conv1=208)) == [("P03", "208", "608")]


def test_a_table_without_any_biases_follows_its_convention():
    weights = {
        "conv1": 600,
        "conv2": "3,200",
        "fc3": "48,000",
        "fc4": "10,080",
        "last": 840,
        "total": "62,720",
    }
    assert said(table(**weights)) == []


SHAPES = """
| Layer | Output | Parameters |
|:--|--:|--:|
| input | 32×32×3 | |
| conv1, 5×5, 8 filters, stride 1, padding 0 | {conv1} | 608 |
| max pool 3×3, stride 2 | {pool} | 0 |
| nn.Conv2d(8, 16, 3, padding=1) | {conv2} | 1,168 |
| Flatten | {flat} | |
"""


@pytest.mark.parametrize(
    ("changes", "findings"),
    [
        ({}, []),
        ({"pool": "14×14×8", "conv2": "14×14×16", "flat": "3136"}, []),  # rounded up
        ({"conv1": "27×27×8", "pool": "13×13×8"}, [("S01", "27×27×8", "28x28x8")]),
        ({"conv1": "28×28×6", "pool": "13×13×6", "conv2": "13×13×16"}, [("S01", "28×28×6", "28x28x8")]),
        ({"conv2": "11×11×16", "flat": "1936"}, [("S01", "11×11×16", "13x13x16")]),
        ({"flat": "2700"}, [("S01", "2700", "2704")]),
    ],
)
def test_the_shapes_of_a_table_follow_each_other(changes, findings):
    shapes = {"conv1": "28×28×8", "pool": "13×13×8", "conv2": "13×13×16", "flat": "2704"}
    assert said(SHAPES.format(**{**shapes, **changes})) == findings


@pytest.mark.parametrize(
    "rows",
    [
        "| conv 11×11/4 | 55×55×96 | |",  # whose padding and input may be either
        "| residual block | 56×56×64 | 215,808 |",
        "| depthwise conv 3×3 | 224×224×3 | 27 |",
        "| conv3-64 conv3-64 | 224×224×64 | 38,720 |",
        "| 2 × conv3-64 | 224×224×64 | 38,720 |",
        "| densenet121 | 1000 | 7,978,856 |",
    ],
)
def test_rows_that_leave_something_open_are_passed_over(rows):
    assert said(f"| layer | output | parameters |\n|---|---|---|\n| input | 224×224×3 | |\n{rows}") == []


TABLES = [  # sound, though written in ways that mislead
    (
        "several layers in one row",
        "| conv + pool 5×5, 32 | 12×12×32 | 832 |\n| Conv 3×3 (8) + MaxPool | 5×5×8 | 2,312 |",
    ),
    ("one position", "| conv 28×28, 10 | 1×1×10 | 7,850 |\n| fc (5) | 5 | 55 |"),
    (
        "one position, channels first",
        "| conv 5×5, 8, p=0 | 8@24×24 | 208 |\n| AdaptiveAvgPool2d(1) | 8@1×1 | 0 |",
    ),
    (
        "sizes alone",
        "| conv 5×5, 8, p=0 | 24×24×8 | 208 |\n| global pool | 1×1 | 0 |\n| fc (10) | 10 | 90 |",
    ),
]


@pytest.mark.parametrize(("kind", "rows"), TABLES, ids=[kind for kind, _ in TABLES])
def test_tables_that_are_written_otherwise_are_passed_over(kind, rows):
    head = "| layer | output | params |\n|---|---|---|\n| input | 28×28×1 | 0 |\n"
    assert said(head + rows) == []


CELLS = [  # what a cell says, and the map with its channels first
    ("1,024", (1024,)),
    ("0×5×5", None),
    ("120 x 1", (120,)),
    ("1 x 120", (120,)),
    ("1×1", None),
    ("1×28×28", (1, 28, 28)),
    ("28×28×1", (1, 28, 28)),
    ("28×28×8", (8, 28, 28)),
    ("3×5×7", None),
]


@pytest.mark.parametrize(("text", "shape"), CELLS, ids=[text for text, _ in CELLS])
def test_cells_hold_shapes(text, shape):
    assert map_of(shape_of(text)) == shape


def test_same_padding_keeps_the_size_in_tables():
    head = "| layer | output |\n|---|---|\n| input | 28×28×1 |\n"
    assert said(f"{head}| conv 3×3, 8, same | 28×28×8 |\n| conv 7×7, 8, same | 28×28×8 |") == []
    assert said(f"{head}| conv 3×3, 8, same | 26×26×8 |") == [("S01", "26×26×8", "28x28x8 or 14x14x8")]


def test_multiplications_of_rows():
    head = "| layer | output | MACs |\n|---|---|---|\n| input | 28×28×1 | |\n| conv 5×5, 8, s=1, p=2 | "
    rest = "| conv 5×5, 16, p=0 | 24×24×16 | 1,843,200 |"
    assert said(f"{head}28×28×8 | 156,800 |\n{rest}") == []
    assert said(f"{head}28×28×8 | 165,800 |\n{rest}") == [("S07", "165,800", "156,800")]
    assert said(f"{head}28×28×6 | |\n{rest}") == [("S01", "28×28×6", "28x28x8")]  # 8 goes on


FIELDS = [  # rows below an input of 32x32x3: the layer and its field; and what is said of them
    ("all right", "conv 3×3, s=1|3 max pool 2×2, s=2|4 conv 3×3, s=1|8 conv 3×3, s=1|12×12", []),
    (
        "constructors",
        "Conv2d(3, 8, 3, dilation=2)|5 ReLU()|5 MaxPool2d(2)|6 Conv2d(8, 8, 5, stride=2)|14",
        [],
    ),
    ("strides that are not said", "conv 3×3|3 max pool 2×2|4 conv 3×3|8", []),
    ("unequal sides", "Conv2d(3, 8, (3, 5))|3 conv 3×3, s=1|9", []),
    ("a block between", "conv 3×3, s=1|3 bottleneck block|99 conv 3×3, s=1|107", []),
    ("each layer's own", "conv 3×3, s=1|3 conv 3×3, s=1|3 conv 5×5, s=1|5", []),
    (
        "strides left out",
        "conv 3×3, s=1|3 max pool 2×2, s=2|4 conv 3×3, s=1|6 conv 3×3, s=1|8",
        [("R02", "6", "8")],
    ),
    ("pools left out", "conv 3×3, s=1|3 max pool 2×2, s=2|3 conv 3×3, s=1|5", [("R05", "3", "4")]),
    ("added up", "conv 3×3, s=1|3 conv 3×3, s=1|6 conv 3×3, s=1|9", [("R01", "6", "5")]),
    ("a slip, and what follows", "conv 3×3, s=1|3 conv 3×3, s=1|7 conv 3×3, s=1|9", [("S08", "7", "5")]),
    (
        "a slip, and right again",
        "conv 3×3, s=1|3 conv 3×3, s=1|8 conv 3×3, s=2|7 conv 5×5, s=1|15",
        [("S08", "8", "5")],
    ),
]


@pytest.mark.parametrize(("kind", "rows", "findings"), FIELDS, ids=[kind for kind, *_ in FIELDS])
def test_receptive_fields_of_rows_follow_each_other(kind, rows, findings):
    head = "| layer | receptive field |\n|---|---|\n| input 32×32×3 | 1 |\n"
    cells = re.sub(r"\|([\d×]+)(?: |$)", r" | \1 |\n| ", rows)
    assert said(f"{head}| {cells}".removesuffix("| ")) == findings


def test_fields_that_are_counted_from_the_output_down_are_passed_over():
    head = "| layer | RF |\n|---|---|\n| input 32×32×3 | 7 |\n"
    assert said(f"{head}| conv 3×3, s=1 | 5 |\n| conv 3×3, s=1 | 3 |\n| conv 3×3, s=1 | 1 |") == []


def test_a_column_behind_the_output_may_be_what_the_next_row_reads():
    head = "| layer | output | after pool | params |\n|---|---|---|---|\n| input | 28×28×1 | | 0 |\n"
    rows = "| conv 5×5, 6, p=2 | 28×28×6 | 14×14×6 | 156 |\n| conv 5×5, 16, p=0 | 10×10×16 | 5×5×16 | "
    assert said(f"{head}{rows}2,416 |") == []
    assert said(f"{head}{rows}2,146 |") == [("N02", "2,146", "2,416")]


def test_shares_of_rounded_numbers_are_rounded_too():
    head = "| layer | params | share |\n|---|---|---|\n"
    rows = "| conv1 | 0.2K | 0.3% |\n| conv2 | 2K | 3.9% |\n| fc1 | 48K | 77.9% |\n| fc2 | 10K | "
    assert said(f"{head}{rows}16.5% |") == []
    assert said(f"{head}{rows}26.5% |") == [("S06", "26.5%", "16.6113%")]


def test_totals_of_any_table_are_sums():
    rows = "| part | cost |\n|---|---|\n| a | 100 |\n| b | 200 |\n| c | 300 |\n"
    assert said(f"{rows}| **Total** | **600** |") == []
    assert said(f"{rows}| total | ≈ 500 |") == [("S03", "500", "600")]
    assert said(f"{rows}| subtotal | 600 |\n| total | 600 |") == []
    assert said(rows.replace("300", "about three") + "| total | 500 |") == []
    shares = "| layer | share |\n|---|---|\n| a | 10 % |\n| b | 20 % |\n"
    assert said(f"{shares}| total | 30 % |") == []
    assert said(f"{shares}| total | 40 % |") == [("S03", "40%", "30%")]


@pytest.mark.parametrize(
    ("text", "findings"),
    [
        ("input 3 channels\n8 filters 5×5: 208", [("P03", "208", "608")]),
        ("input 3 channels\n8 filters 5×5: 608", []),
        ("input 3 channels\n8 filters 5×5: 600", []),
        ("400 → 120: 48,001", [("F02", "48,001", "48,120")]),
        ("400 → 120: 48,120; 400 → 120: 48,000", []),
        ("3 → 64: 17 epochs", []),
    ],
)
def test_facts_in_running_text_name_their_mistake(text, findings):
    assert said(text) == findings


WINDOWS = "2×2 max pooling, stride {stride}\n- left: `[[0,1],[3,4]]`, largest 4\n- right: `[[{second}],[{third}]]`, largest 5\n"


@pytest.mark.parametrize(
    ("stride", "second", "third", "findings"),
    [
        (2, "1,2", "4,5", [("S05", "stride 2", "stride 1")]),
        (2, "3,4", "6,7", [("S05", "stride 2", "stride 1")]),
        (1, "1,2", "4,5", []),
        (2, "2,5", "6,7", []),
        (2, "1,", "4,5", []),
    ],
)
def test_the_windows_of_an_example_are_as_far_apart_as_its_stride(stride, second, third, findings):
    assert said(WINDOWS.format(stride=stride, second=second, third=third)) == findings


def test_a_shape_in_brackets_is_no_number():
    assert said("- Theta1 has size (10*2)x401 = (25,401), and 3*4*5 = (10,25)") == []


BLOCK = """```convmath
Conv2d(3, 100, 5) on 3x300x300
parameters = {parameters}
output = 100x296x296

lenet
C3.parameters = 2,416
```
"""


def test_claims_in_a_block_are_judged():
    assert said(BLOCK.format(parameters="7,600")) == []
    (finding,) = lint_text(BLOCK.format(parameters="2600"))
    assert (finding.place, finding.code, finding.found) == ("text:3", "P03", "7,600")


def test_claims_in_a_comment_are_judged():
    assert said("<!-- convmath: lenet: parameters = 61,706; C1.output = 6x28x28 -->") == []
    assert said("x\n<!-- convmath: lenet: parameters = 61,707 -->") == [("N06", "61,707", "61,706")]


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("```convmath\nparameters = 3\n```", "name one first"),
        ("```convmath\nlenett\nparameters = 3\n```", "there is no network 'lenett'"),
        ("```convmath\nlenet\nparamters = 3\n```", "there is no quantity 'paramters'"),
        ("```convmath\nlenet\nparameters = three\n```", "cannot be read"),
        ("```convmath\nnet.py:Net on 3x8x8\nparameters = 3\n```", "files and modules are not opened"),
        ("```convmath\n../../secret.toml\nparameters = 3\n```", "files and modules are not opened"),
    ],
)
def test_claims_that_cannot_be_read_are_said(text, more):
    (finding,) = lint_text(text)
    assert finding.code == "C02"
    assert more in finding.more


def notebook(tmp_path, *cells):
    path = tmp_path / "notes.ipynb"
    path.write_text(
        json.dumps({"cells": [{"cell_type": kind, "source": source} for kind, source in cells]})
    )
    return path


def test_notebooks_are_read_by_their_cells(tmp_path):
    path = notebook(
        tmp_path, ("markdown", ["# A\n", "3*3 = 10\n"]), ("code", "x = 3*3\n# 2*2 = 5"), ("raw", "")
    )
    assert [finding.place.rpartition("/")[2] for finding in lint(path)] == [
        "notes.ipynb:cell 1:2",
        "notes.ipynb:cell 2:2",
    ]


def test_front_matter_and_code_are_no_text():
    assert said("---\nsize: 3*3 = 10\n---\n3*3 = 9") == []
    assert said("```python\nassert 3 * 3 == 10\nx[2*3] = 7\nprint(3*3, end='=')\nsize = 3*3\n```") == []


def test_the_linter_finds_nothing_in_our_own_pages():
    pages = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]
    assert len(pages) > 12
    assert [str(finding) for page in pages for finding in lint(page)] == []


@given(
    st.lists(st.integers(0, 999), min_size=2, max_size=5),
    st.sampled_from(["+", "*", " × ", " · ", "-"]),
    st.integers(-50, 50),
)
def test_drawn_equalities_are_judged_as_they_are(numbers, sign, off):
    assume(sign != "-" or len(numbers) > 2 or numbers[0] >= numbers[1])  # 3-4 may be pages
    text = sign.join(map(str, numbers))
    value = eval(text.replace(" × ", "*").replace(" · ", "*"))
    found = list(slips(f"so we have {text} = {value + off} here"))
    assert len(found) == (off != 0)


@given(st.text("0123456789+-*/()[]=≈ xX×.,%KM'_^²\\{}|`fracab", max_size=60))
def test_no_text_stops_the_linter(text):
    lint_text(text)


def notes(convmath, *arguments):
    return convmath("notes", *map(str, arguments))


def test_the_command_says_file_and_line(convmath, tmp_path):
    (tmp_path / "good.md").write_text("3*3 = 9")
    (tmp_path / "bad.md").write_text("one\n(3 × 3 × 3 + 1) × 32 = 816\n", encoding="utf-8")
    assert notes(convmath, tmp_path / "good.md").code == 0
    run = notes(convmath, tmp_path / "good.md", tmp_path / "bad.md")
    assert run.code == 1
    assert run.out == f"{tmp_path / 'bad.md'}:2: A01: says 816, is 896\n"
    (finding,) = notes(convmath, tmp_path / "bad.md", "--format", "json").json()
    assert finding["says"] == "816"


def test_folders_are_read_whole(convmath, tmp_path):
    for name in ("a.md", "deep/b.tex", "deep/c.py", ".hidden/d.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("3*3 = 10")
    run = notes(convmath, tmp_path)
    assert [line.partition(":")[0] for line in run.out.splitlines()] == [
        str(tmp_path / "a.md"),
        str(tmp_path / "deep/b.tex"),
    ]


def test_a_byte_order_mark_stays_where_it_is(convmath, tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        "\ufeff<!-- convmath summary lenet -->\n<!-- convmath end -->\n3*3 = 10\n", encoding="utf-8"
    )
    assert notes(convmath, page, "--fix").code == 1
    assert page.read_text(encoding="utf-8").startswith("\ufeff<!-- convmath summary lenet -->\n**lenet")
    book = tmp_path / "book.ipynb"
    book.write_text(
        "\ufeff" + json.dumps({"cells": [{"cell_type": "markdown", "source": "3*3 = 10"}]}), "utf-8"
    )
    assert [finding.code for finding in lint(book)] == ["A01"]


def test_generated_blocks_are_written_again(convmath, tmp_path):
    page = tmp_path / "page.md"
    page.write_text("a\n<!-- convmath summary lenet -->\nold\n<!-- convmath end -->\nb\n")
    before = page.read_text()
    assert notes(convmath, page, "--check").code == 1
    assert page.read_text() == before
    assert notes(convmath, page, "--fix").code == 0
    assert "61,706" in page.read_text()
    assert page.read_text().startswith("a\n<!-- convmath summary lenet -->\n")
    assert page.read_text().endswith("<!-- convmath end -->\nb\n")
    assert notes(convmath, page, "--check").code == 0


@pytest.mark.parametrize(
    "command",
    ["summary net.py:Net --input 3x8x8", "summary x.toml", "summary lenet --format html", "explain 'lenet"],
)
def test_generated_blocks_open_no_files(convmath, tmp_path, command):
    page = tmp_path / "page.md"
    page.write_text(f"<!-- convmath {command} -->\nold\n<!-- convmath end -->\n")
    run = notes(convmath, page, "--fix")
    assert (run.code, page.read_text().splitlines()[1]) == (1, "old")
    assert "G02" in run.out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["none.md"], "none.md cannot be read"),
        (["bad.ipynb"], "is no notebook; it has no cells"),
        (["empty"], "empty has no notes in it; they end in .md"),
        (["latin.md"], "is not written in UTF-8"),
        (["good.md", "--fix", "--check"], "--fix writes and --check does not"),
        ([], "Missing argument"),
    ],
)
def test_what_cannot_be_linted_is_one_sentence(convmath, tmp_path, monkeypatch, arguments, sentence):
    monkeypatch.chdir(tmp_path)
    Path("bad.ipynb").write_text("[]")
    Path("latin.md").write_bytes(b"\xe9")
    Path("good.md").write_text("")
    Path("empty").mkdir()
    run = notes(convmath, *arguments)
    assert (run.code, run.out) == (2, "")
    assert sentence in run.err
