"""docs/judge: every example is run, as the page has it, and prints what the page says."""

import pytest

from tests.examples import blocks as blocks_of
from tests.examples import run
from verification.models.truncation import Standard

BLOCKS = blocks_of("layer")
PYTHON = [block for kind, block in BLOCKS if kind == "python"]
TEXT = [block for kind, block in BLOCKS if kind == "text"]


@pytest.mark.slow
def test_the_right_layer_is_verified(tmp_path):
    """With its scope in words, and what was not asked."""
    (tmp_path / "lstm_layer.py").write_text(PYTHON[0], "utf-8")
    done = run(tmp_path, "judge_it.py", PYTHON[1])
    assert (done.stdout, done.stderr) == (TEXT[0], "")


@pytest.mark.slow
def test_the_wrong_layer_is_refuted_by_its_sentence_and_a_program_that_fails(tmp_path):
    """The lines of the page's diff, the one for the other."""
    (diff,) = (block for kind, block in BLOCKS if kind == "diff")
    right, wrong = (line[1:] for line in diff.splitlines())
    assert PYTHON[0].count(right) == 1
    (tmp_path / "lstm_layer.py").write_text(PYTHON[0].replace(right, wrong), "utf-8")
    shown = PYTHON[1].replace("print(judgement.scope)", "print(judgement.diagnosis)").splitlines()[:-1]
    done = run(tmp_path, "judge_it.py", "\n".join([*shown, "print(judgement.example.code)"]))
    verdict, sentence, code = done.stdout.split("\n", 2)
    assert (verdict, sentence + "\n", done.stderr) == ("refuted", TEXT[1], "")
    failed = run(tmp_path, "example.py", code)
    assert failed.returncode == 1
    assert "AssertionError" in failed.stderr
    (tmp_path / "lstm_layer.py").write_text(PYTHON[0], "utf-8")
    assert run(tmp_path, "example.py", code).returncode == 0


@pytest.mark.slow
def test_the_other_blocks_run_and_mean_what_they_say():
    """A scope, a layout and a model of one's own are accepted where the page says so."""
    from verification import layer, models
    from verification.truth.soundness import check

    made = {"Standard": Standard}
    scope, extras, *others = PYTHON[2:]
    exec(scope, made)
    first = made["scope"]
    exec(extras, made)
    for block in others:
        exec(block, made)

    def nothing(*given):
        pytest.fail("nobody is asked at the adapter")

    extra = layer(nothing, nothing, model=models.lstm, scope=made["scope"])
    assert "gradient under Window(5)" in extra.claim.in_words()
    assert "no gradient flows from step to step through c0" in extra.claim.in_words()
    scoped = layer(nothing, nothing, model=models.lstm, scope=first, arrays=made["arrays"])
    assert scoped.claim.blocks == ("U", "W", "b", "xs")
    check(made["decayed"])


ADAPTERS = {"step": "gru_step.py", "problem": "windowed.py", "function": "rms_norm.py"}


@pytest.mark.slow
@pytest.mark.parametrize(("page", "name"), ADAPTERS.items(), ids=ADAPTERS)
def test_each_adapter_s_example_prints_what_its_page_says(page, name, tmp_path):
    """And with the page's fault it is refuted, by a program that fails beside it."""
    blocks = blocks_of(page)
    engine, judging, *_ = (block for kind, block in blocks if kind == "python")
    told, *_ = (block for kind, block in blocks if kind == "text")
    (diff,) = (block for kind, block in blocks if kind == "diff")
    (tmp_path / name).write_text(engine, "utf-8")
    done = run(tmp_path, "judge_it.py", judging)
    assert (done.stdout, done.stderr) == (told, "")
    right, wrong = (line[1:] for line in diff.splitlines())
    assert engine.count(right) == 1
    (tmp_path / name).write_text(engine.replace(right, wrong), "utf-8")
    done = run(tmp_path, "judge_it.py", f"{judging}\nprint(judgement.example.code)")
    assert done.stdout.startswith("refuted\n")
    code = done.stdout[done.stdout.index("# d_") :]
    failed = run(tmp_path, "example.py", code)
    assert failed.returncode == 1
    assert "AssertionError" in failed.stderr
    (tmp_path / name).write_text(engine, "utf-8")
    assert run(tmp_path, "example.py", code).returncode == 0


@pytest.mark.slow
def test_the_function_that_is_asked_everything_is_refuted_as_its_page_says(tmp_path):
    """By the sentence beside it, in a short run, whose example is a program that fails."""
    blocks = blocks_of("problem")
    _, _, *everything = (block for kind, block in blocks if kind == "python")
    _, told = (block for kind, block in blocks if kind == "text")
    done = run(tmp_path, "judge_it.py", "\n".join([*everything, "print(judgement.example.code)"]))
    assert (done.stdout[: len(told)], done.stderr) == (told, "")
    assert done.stdout.rstrip().endswith(", case)")
