"""Pages that teach: each exercise is refuted as it stands and verified with its answer; samples improve."""

import re

import pytest

from tests.examples import FENCE, ROOT

PAGE = (ROOT / "docs" / "exercises.md").read_text("utf-8")
BEGIN, *BLOCKS = (block for kind, block in FENCE.findall(PAGE) if kind == "python")
EXERCISES = list(zip(BLOCKS[::2], BLOCKS[1::2], strict=True))
HOLE = re.compile(r"^( *)(.*\S) (\+?=) \.\.\.$", re.MULTILINE)
INSTEAD = "  # in place of: "

# What the verifier says of the four bugs, which is all that a reader has.
SENTENCES = {
    7: "W is wrong from T = 2 on",
    8: "The bug is in the derivative of one step",
    9: "as if the final h0 had no cotangent",
    10: "d_state[0] is changed in place",
}


def answered(exercise, answer):
    """The exercise with the lines of its answer: one for each hole, in order, or for the wrong line."""
    lines = answer.splitlines()
    if INSTEAD in answer:
        right, wrong = lines[0].split(INSTEAD)
        assert exercise.count(wrong) == 1
        return exercise.replace(wrong, right)
    holes = HOLE.findall(exercise)
    assert [f"{name} {sign}" for _, name, sign in holes] == [re.match(r".*? \+?=", line)[0] for line in lines]
    given = iter(lines)
    return HOLE.sub(lambda hole: hole[1] + next(given), exercise)


def graded(number, program):
    """The last line's word, after the exercises before it, which are solved."""
    made = {}
    exec(BEGIN, made)
    for exercise, answer in EXERCISES[: number - 1]:
        exec(answered(exercise, answer).strip().rpartition("\n")[0], made)
    before, _, last = program.strip().rpartition("\n")
    exec(before, made)
    return eval(last, made)


def test_there_are_twelve():
    """Six of writing, four of finding, two of truncating."""
    assert len(EXERCISES) == 12
    assert [INSTEAD in answer for _, answer in EXERCISES] == [False] * 6 + [True] * 4 + [False] * 2


@pytest.mark.slow
@pytest.mark.parametrize("number", range(1, 13))
def test_an_exercise_is_refuted_and_its_answer_verified(number, tmp_path, monkeypatch, capsys):
    """So it can be failed and solved; what was refuted has a page, and a bug its sentence."""
    monkeypatch.chdir(tmp_path)
    exercise, answer = EXERCISES[number - 1]
    assert graded(number, exercise) == "refuted"
    assert (tmp_path / "exercise.html").is_file()
    assert SENTENCES.get(number, "") in capsys.readouterr().out
    assert graded(number, answered(exercise, answer)) == "verified"


@pytest.mark.slow
def test_a_gradient_that_is_carried_forwards_can_be_in_chunks(tmp_path, monkeypatch):
    """With J set to zero where a chunk begins exercise 6 is the truncation of exercise 11."""
    monkeypatch.chdir(tmp_path)
    whole = answered(*EXERCISES[5]).replace("over_steps_back(", "in_chunks_back(")
    whole = whole.replace(", vanilla)", ", vanilla, Chunked(3))")
    reset = "        if t % 3 == 0:\n            J = np.zeros_like(J)\n"
    assert graded(12, whole) == "refuted"
    assert graded(12, whole.replace("        slope", f"{reset}        slope")) == "verified"


@pytest.mark.slow
def test_what_the_network_writes_becomes_words(capsys):
    """Of the words of three letters or more, those that the text has: few at first, and most at the end."""
    (program,) = (
        block
        for kind, block in FENCE.findall((ROOT / "docs/characters.md").read_text("utf-8"))
        if kind == "python"
    )
    made = {}
    exec(program, made)
    known = set(re.findall(r"[a-z]{3,}", made["text"]))

    def share(sample):
        words = re.findall(r"[a-z]{3,}", sample)
        return sum(word in known for word in words) / len(words)

    longer = made["written"](made["params"], 200)
    assert list(made["samples"]) == [0, 1, 3, 10, 30]
    assert share(made["samples"][0]) < 0.2
    assert share(longer) > 0.5
    assert made["history"].train[-1] < made["history"].train[0] / 2
    assert capsys.readouterr().out.count("\n") == 5
