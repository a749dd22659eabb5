"""Which tests are to notice a wrong change of which module."""

FIELDS = ("tests.core.test_footprint", "tests.layers.test_fields")
LEFT = (*FIELDS, "tests.proved.test_networks")
SIZES = ("tests.networks.test_solve", "tests.networks.test_symbolic", "tests.cli.test_solve")
EXACT = (
    *("tests.core.test_proof", "tests.core.test_integers", "tests.core.test_derivations"),
    "tests.networks.test_symbolic",
)
LAYERS = (
    *("tests.layers.test_hand_worked", "tests.layers.test_refusals", "tests.layers.test_witnesses"),
    "tests.layers.test_elements",
)
NETWORKS = (
    *("tests.networks.test_conventions", "tests.networks.test_trace", "tests.networks.test_published"),
    *("tests.networks.test_files", "tests.networks.test_symbolic", "tests.cli.test_network"),
)
IMPORTS = ("tests.networks.test_operators", "tests.networks.test_import")
REFERENCE = ("tests.layers.test_values", "tests.layers.test_hand_worked", "tests.layers.test_witnesses")

CHECK = (
    "tests.check.test_slips",
    *("tests.check.test_misconceptions", "tests.check.test_verdicts", "tests.check.test_answers"),
    *("tests.check.test_questions", "tests.check.test_codes"),
)
NOTES = ("tests.check.test_notes",)
FORMS = ("tests.parse.test_forms",)

TARGETS = {
    "convmath.geometry": {
        **dict.fromkeys(("axis", "footprint", "meeting", "reading", "span"), FIELDS),
        "loopnest": LAYERS,
    },
    "convmath.network": {
        **dict.fromkeys(("channels", "fields", "positions"), FIELDS),
        "leftover": LEFT,
        **dict.fromkeys(("conventions", "trace", "summary", "nodes", "network"), NETWORKS),
    },
    "convmath.exact": {
        **dict.fromkeys(("size", "sizes", "where", "demand"), SIZES),
        **dict.fromkeys(("floors", "integers", "proof"), EXACT),
    },
    "convmath.parse": dict.fromkeys(("calls", "chain", "keras", "keras_made", "layer", "shape"), FORMS),
    "convmath.check": dict.fromkeys(
        (
            *("answer", "facts", "follow", "formula", "judge", "otherwise", "quantity", "rule", "slips"),
            *("symbols", "wrong_counts", "wrong_sizes", "wrongs"),
        ),
        CHECK,
    ),
    "convmath.check.notes": dict.fromkeys(
        (
            *(
                "arithmetic",
                "claims",
                "facts",
                "fields",
                "lint",
                "number",
                "plain",
                "rows",
                "sums",
                "tables",
            ),
            *("tokens", "windows"),
        ),
        NOTES,
    ),
    "convmath.solve": dict.fromkeys(("boxes", "fits", "padding", "history", "budget"), SIZES),
    "convmath.layers": dict.fromkeys(
        (
            *("activation", "adaptive", "arguments", "base", "conv", "conv_transpose", "join", "linear"),
            *("norm", "pad", "pool", "reduce", "reshape", "resize", "shuffle", "sliding", "softmax"),
        ),
        LAYERS,
    ),
    "convmath.torch": dict.fromkeys(
        (
            *("aten.axes", "aten.calls", "aten.dense", "aten.elements", "aten.windows"),
            *("general", "graph", "importing"),
        ),
        IMPORTS,
    ),
    "convmath_reference": dict.fromkeys(
        (
            *("activation", "adaptive", "conv", "conv_transpose", "counting", "elements", "norm", "pad"),
            *("pool", "reduce", "reshape", "resize", "windows"),
        ),
        REFERENCE,
    ),
}
