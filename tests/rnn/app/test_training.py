"""A training in a folder: killed at any moment it ends as if it never had been; what is whole stays whole."""

import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rnn import loops
from rnn.app import training
from rnn.app.checkpoint import kept
from rnn.app.commands import main
from rnn.app.folder import NAMES, Folder
from rnn.app.recipe import Recipe
from rnn.app.series import run_data, sine
from rnn.app.training import run_of, trained
from rnn.console.files import Undelivered
from rnn.loops import NAMED
from rnn.storage import load
from rnn.training import Learnt
from tests.disk import full
from tests.rnn.app.called import SMALL, UNMEASURED

ROOT = Path(__file__).parents[3]

# How often the training below is killed. RNN_KILLS=100 is the whole of it, some two minutes.
KILLS = int(os.environ.get("RNN_KILLS", "3"))

RECIPE = {"units": 3, "length": 5, "epochs": 6, "early_stopping": False}


def noisy():
    """The sine with noise: it is learnt in two lessons, the sine itself in as many as roundings decide."""
    clean = sine()
    noise = np.random.default_rng(1).standard_normal(len(clean.values))
    return replace(clean, values=clean.values + 0.3 * noise)


def asked(loops="compiled", **changed):
    """The options of a short training on a noisy sine."""
    data, recipe = run_data(noisy(), "", None, None), Recipe(**{**RECIPE, **changed})
    return {"recipe": recipe.as_json(), "loops": loops, "checkpoint_every": 2, "data": data}


def nothing(ended, course):
    """Nobody wants to know how far it is."""


def command(folder, *flags):
    """The call that trains in a folder."""
    return [sys.executable, "-m", "rnn", "train", "--out", str(folder), *flags]


def ended(call, **keywords):
    """Its exit code and what it said on standard error."""
    done = subprocess.run(call, cwd=ROOT, capture_output=True, text=True, check=False, **keywords)
    return done.returncode, done.stderr


FLAGS = ("--units", "4", "--length", "5", "--epochs", "150", "--no-early-stopping", "--checkpoint-every", "3")


@pytest.mark.slow
def test_killed_at_random_moments_it_ends_as_if_it_never_had_been(tmp_path):
    """SIGKILL while it starts, learns or writes: the model is the same, to the bit, as of a run in peace."""
    peace, killed = tmp_path / "peace", tmp_path / "killed"
    started = time.monotonic()
    assert ended(command(peace, *FLAGS), env=UNMEASURED)[0] == 0
    whole = time.monotonic() - started
    rng, kills, flags = np.random.default_rng(), 0, FLAGS
    while kills < KILLS:
        started = time.monotonic()
        child = subprocess.Popen(command(killed, *flags), cwd=ROOT, env=UNMEASURED, stderr=-3, stdout=-3)
        try:
            child.wait(rng.uniform(0, whole))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
            kills += 1
        if child.returncode == 0:
            # It came to its end: once more from the start, in another folder. The first may have compiled.
            whole = min(whole, time.monotonic() - started)
            assert (killed / "model.safetensors").read_bytes() == (peace / "model.safetensors").read_bytes()
            killed, flags = tmp_path / f"killed {kills} {time.monotonic_ns()}", FLAGS
        elif (killed / "run.json").exists():
            flags = ("--resume",)
    code, said = ended(command(killed, *flags), env=UNMEASURED)
    assert (code, "Traceback" in said) == (0, False)
    assert (killed / "model.safetensors").read_bytes() == (peace / "model.safetensors").read_bytes()
    assert {path.name for path in killed.iterdir()} == {*NAMES, ".lock"}


def until_checkpoint(call, **keywords):
    """The process of a training in a folder, when its first checkpoint is there."""
    child = subprocess.Popen(call, cwd=ROOT, stdout=-3, stderr=subprocess.PIPE, text=True, **keywords)
    while not (Path(call[5]) / "checkpoint.safetensors").exists():
        time.sleep(0.01)
    return child


@pytest.mark.slow
def test_an_interruption_says_how_to_go_on(tmp_path):
    """Exit code 130, and the last checkpoint is there and whole."""
    child = until_checkpoint(command(tmp_path / "m", "--epochs", "100000", "--checkpoint-every", "1"))
    child.send_signal(signal.SIGINT)
    _, said = child.communicate(timeout=60)
    assert child.returncode == 130
    assert f"to go on: python -m rnn train --out {tmp_path / 'm'} --resume" in said
    assert "Traceback" not in said
    load(tmp_path / "m" / "checkpoint.safetensors")


@pytest.fixture
def short():
    """A folder whose name leaves room for what is said of it in a line."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


@pytest.mark.slow
def test_a_disk_that_is_full_from_the_start_is_reported(short):
    """By the name of the file that found no room; it failed, which is 3, and can be begun again."""
    folder = short / "m"

    def little():
        resource.setrlimit(resource.RLIMIT_FSIZE, (10, resource.RLIM_INFINITY))

    flags = (*SMALL, "--no-verify")
    code, said = ended(command(folder, *flags), preexec_fn=little, env=UNMEASURED)
    assert (code, said) == (3, f"python -m rnn: {folder}/run.json: File too large, could not be written\n")
    assert [path.name for path in folder.iterdir()] == [".lock"]
    assert ended(command(folder, *flags), env=UNMEASURED)[0] == 0


def test_a_checkpoint_that_cannot_be_written_leaves_the_one_before(tmp_path, monkeypatch):
    """And says of which epoch, and how to go on; then the run ends as any."""
    run, folder = run_of(asked()), Folder(tmp_path)
    keep, written = training.keep, []

    def full_later(*given):
        (full if written else keep)(*given)
        written.append(given)

    monkeypatch.setattr(training, "keep", full_later)
    with pytest.raises(Undelivered, match=r"No space left on device, after epoch 2; the last"):
        trained(run, folder, "", nothing)
    assert kept(folder.checkpoint, run.task.net, "")[1].epoch == 0
    with pytest.raises(ValueError, match="the checkpoint of another run"):
        kept(folder.checkpoint, run.task.net, "another")
    monkeypatch.undo()
    resumed = trained(run, folder, "", nothing)
    (tmp_path / "again").mkdir()
    whole = trained(run, Folder(tmp_path / "again"), "", nothing)
    assert len(resumed) == len(whole) == len(run.task.lessons) > 1
    for one, other in zip(resumed, whole, strict=True):
        assert one.validation == other.validation
        for block, wanted in zip(one.best, other.best, strict=True):
            np.testing.assert_array_equal(block, wanted)


@pytest.mark.skipif(os.geteuid() != 0, reason="only the super-user can become somebody who may not write")
def test_a_read_only_folder_is_refused_before_any_work(tmp_path):
    """And nothing is made in it."""
    tmp_path.chmod(0o555)
    code = (
        "import os, sys; os.setgid(65534), os.setuid(65534)\n"
        "from rnn.app.commands import main; main(['train', '--out', sys.argv[1]])"
    )
    script = "import sys, rnn.app.commands, matplotlib.figure, safetensors.numpy\n" + code
    # The folders above are this user's alone.
    for folder in list(tmp_path.parents)[:3]:
        folder.chmod(0o755)
    exit_code, said = ended([sys.executable, "-c", script, str(tmp_path)])
    assert (exit_code, "Permission denied" in said) == (2, True)
    assert list(tmp_path.iterdir()) == []


def learnt(epochs, best):
    """A training after so many epochs, of which one was the best."""
    return Learnt((1.0,) * (epochs + 1), tuple(float(abs(at - best)) for at in range(epochs + 1)), None, best)


@pytest.mark.parametrize(
    ("past", "now", "stopping", "expected"),
    [
        # Nothing is known of lessons that have not begun, nor of the first one but what stopping leaves it.
        ((), (18, 3), True, (18, 18 + 300)),
        # They take as long as those that have ended did.
        (((20, 5), (40, 25)), (10, 8), True, (70, 60 + 30 + 30)),
        # This one longer, where its best epoch is late, and as long as is asked for at most.
        (((20, 5),), (30, 28), True, (50, 20 + 43 + 40)),
        (((20, 5),), (95, 95), True, (115, 20 + 100 + 40)),
        (((100, 5),), (30, 2), False, (130, 400)),
    ],
)
def test_what_is_left_is_what_early_stopping_has_shown(past, now, stopping, expected):
    """In epochs, done and in all, of four lessons of at most a hundred, which stop after fifteen."""
    run = run_of(asked(epochs=100, early_stopping=stopping, n_iter_no_change=15))
    run = replace(run, task=replace(run.task, lessons=[run.task.lessons[0]] * 4))
    assert run.epochs([learnt(*each) for each in past], learnt(*now)) == expected


def test_a_training_that_diverges_says_so(tmp_path, capsys):
    """One line and exit code 3, with what may help."""
    flags = ["--optimiser", "sgd", "--rate", "1e300", "--clip", "0", "--activation", "identity"]
    assert main(["train", "--out", str(tmp_path / "m"), *flags]) == 3
    *_, line = capsys.readouterr().err.splitlines()
    assert line.startswith("python -m rnn train: epoch ")
    assert "a smaller rate or clipping the gradient may help" in line


@pytest.mark.parametrize(("begun", "there"), [("numpy", False), ("compiled", True), ("compiled", False)])
def test_a_training_goes_on_by_the_loops_it_was_begun_by(tmp_path, monkeypatch, begun, there):
    """Whatever is installed by then, to the same bytes; of compiled ones that are missing a line says so."""
    run = run_of(asked(begun))
    assert (run.loops, run.task.net.loops) == (begun, NAMED[begun])
    trained(run, Folder(tmp_path), "", nothing)
    if not there:
        monkeypatch.setattr(loops, "find_spec", lambda name: None)
    if begun == "compiled" and not there:
        with pytest.raises(ValueError, match=r"^the run: begun by compiled loops; numba is missing; "):
            run_of(asked(begun))
        return
    again = run_of(asked(begun))
    assert again.task.net.loops == NAMED[begun]
    before = (tmp_path / NAMES[1]).read_bytes()
    (tmp_path / NAMES[1]).unlink()
    trained(again, Folder(tmp_path), "", nothing)
    assert (tmp_path / NAMES[1]).read_bytes() == before


# All that a training may keep: means of squares, where it is in a schedule, what dropout draws from.
SCHEDULED = {
    **{"num_layers": 2, "dropout": 0.3, "optimiser": "adamw", "schedule": "step:2:0.5", "warmup": 2},
    **{"form": "levels", "loops": "numpy"},
}


@pytest.mark.parametrize(("changed", "stop"), [({}, 2), ({}, 9), (SCHEDULED, 1), (SCHEDULED, 4)], ids=str)
def test_a_training_goes_on_where_it_was(tmp_path, changed, stop):
    """Each network after the first begins anew, and the bytes are those of a training in peace."""
    run = run_of({**asked(**changed), "checkpoint_every": 1})
    (tmp_path / "peace").mkdir()
    whole = trained(run, Folder(tmp_path / "peace"), "", nothing)
    assert len({each.validation for each in whole}) == len(whole)
    reported = []

    def stopping(ended, course):
        reported.append(len(ended))
        if len(reported) > stop:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        trained(run, Folder(tmp_path), "", stopping)
    again = trained(run, Folder(tmp_path), "", lambda ended, course: reported.append(len(ended)))
    assert reported == sorted(reported)
    assert set(reported) == set(range(len(whole)))
    paths = (folder / NAMES[1] for folder in (tmp_path, tmp_path / "peace"))
    one, other = (path.read_bytes() for path in paths)
    assert one == other
    assert [each.best_epoch for each in again] == [each.best_epoch for each in whole]


@pytest.mark.parametrize("changes", [False, True])
def test_a_run_of_older_versions_is_of_a_network_alone(changes):
    """It has no form and no loops, and goes on as it was begun: by NumPy's."""
    given = asked()
    del given["recipe"]["form"], given["loops"]
    given["recipe"]["changes"] = changes
    run = run_of(given)
    assert run.loops == "numpy"
    assert run.recipe.form == ("changes" if changes else "levels")
    (lesson,) = run.task.lessons
    params = lesson.begin(run.task.net, np.random.default_rng(0))
    for block, wanted in zip(params, run.task.net.init(np.random.default_rng(0)), strict=True):
        np.testing.assert_array_equal(block, wanted)


def test_early_stopping_keeps_the_best(tmp_path):
    """And goes no further when it is resumed."""
    run = run_of(asked(early_stopping=True, n_iter_no_change=1, epochs=50, rate=0.3, form="levels"))
    reported = []
    (course,) = trained(run, Folder(tmp_path), "", lambda ended, course: reported.append(course))
    assert course.epoch == course.best_epoch + 1 < 50
    assert min(course.validation) == course.validation[course.best_epoch]
    assert [each.epoch for each in reported] == list(range(course.epoch + 1))
    (again,) = trained(run, Folder(tmp_path), "", nothing)
    assert (again.epoch, again.best_epoch) == (course.epoch, course.best_epoch)


def test_dropout_is_of_the_training(tmp_path):
    """Otherwise it would learn something else; where the first epoch begins they are alike."""
    found = []
    for dropout in (0.0, 0.5):
        (tmp_path / str(dropout)).mkdir()
        run = run_of(asked("numpy", num_layers=2, dropout=dropout, epochs=1, batch=64, form="levels"))
        (course,) = trained(run, Folder(tmp_path / str(dropout)), "", nothing)
        found.append(course.train)
    without, dropped = found
    assert without[0] == dropped[0]
    assert without[1] != dropped[1]
