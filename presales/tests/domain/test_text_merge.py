import pytest

from presales.domain.text_merge import MAX_LINES, join

BASE = "A\n\nB\n\nC"


@pytest.mark.parametrize(
    ("mine", "theirs", "joined", "doubled"),
    [
        ("A1\n\nB\n\nC", "A\n\nB\n\nC1", "A1\n\nB\n\nC1", []),
        ("A\n\nC", "A\n\nB\n\nC\n\nD", "A\n\nC\n\nD", []),
        ("A\n\nB1\n\nC", "A\n\nB2\n\nC", "A\n\nB2\n\nB1\n\nC", [3]),
        ("A\n\nB1\n\nC", "A\n\nB1\n\nC", "A\n\nB1\n\nC", []),
        ("A\n\nB\n\nC\n\nD1", "A\n\nB\n\nC\n\nD2", "A\n\nB\n\nC\n\nD2\n\nD1", [6]),
        # what one took out is there again where the other wrote on
        ("", "A\n\nB\n\nC\n\nD", "A\n\nB\n\nC\n\nD", [1]),
    ],
)
def test_what_one_of_them_changed_is_taken_over(mine, theirs, joined, doubled):
    result = join(base=BASE, mine=mine, theirs=theirs)

    assert (result.text.strip("\n"), result.doubled) == (joined, doubled)


def test_without_a_common_beginning_both_are_kept():
    assert join(base="", mine="Mine.", theirs="Theirs.").text == "Theirs.\n\nMine."


def test_a_very_long_text_is_kept_without_matching_its_lines():
    long = "line\n" * (MAX_LINES + 1)

    joined = join(base=long, mine=long + "mine", theirs=long + "theirs").text

    assert "theirs" in joined
    assert joined.endswith("mine")
