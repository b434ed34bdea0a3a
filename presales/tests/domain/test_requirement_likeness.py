import time

import pytest

from implportal.projects.tests.factories import ProjectFactory
from presales.domain.requirement_likeness import Like, Likeness, likeness_in, twins_in
from presales.tests.factories import RequirementFactory

SENTENCE = "A clerk finds a record by its number within two seconds"


@pytest.mark.parametrize(
    ("text", "like"),
    [
        ("a CLERK finds a record, by its number, within two seconds!", Like("R-001", is_same=True)),
        ("A clerk finds a record by number within two seconds", Like("R-001", is_same=False)),
        ("A nurse prints a label within two seconds", None),
        ("", None),
    ],
)
def test_case_and_punctuation_do_not_count_and_a_word_more_is_near(text, like):
    assert Likeness([("R-001", SENTENCE)]).like(text) == like


def test_a_sentence_is_not_like_itself_and_the_nearest_is_named():
    likeness = Likeness([("R-001", SENTENCE), ("R-002", f"{SENTENCE} or three")])

    assert likeness.like(SENTENCE, but="R-001") == Like("R-002", is_same=False)


def test_signs_of_languages_without_spaces_count_as_words():
    likeness = Likeness([("R-001", "系统在两秒内按编号找到记录")])

    assert likeness.like("系统在两秒之内按编号找到记录") == Like("R-001", is_same=False)


def test_thousands_of_sentences_of_the_same_words_are_compared_in_a_moment():
    words = [f"word{n}" for n in range(40)]
    sentences = [
        (f"R-{n:03d}", " ".join(words[(n * k) % 40] for k in range(1, 12)) + f" {n}")
        for n in range(3000)
    ]
    likeness = Likeness(sentences)

    began = time.perf_counter()
    for name, text in sentences:
        likeness.like(text, but=name)

    assert time.perf_counter() - began < 10


@pytest.mark.django_db
def test_those_dropped_and_those_of_other_projects_are_no_twins(django_assert_num_queries):
    project = ProjectFactory()
    RequirementFactory(project=project, number=1, text="Prints.")
    RequirementFactory(project=project, number=2, text="prints")
    dropped = {"state": "DROPPED", "dropped_reason": "No"}
    RequirementFactory(project=project, number=3, text="Scans.", **dropped)
    RequirementFactory(project=project, number=4, text="Scans.")
    RequirementFactory(number=5, text="Scans.")

    with django_assert_num_queries(1):
        twins = twins_in(project)

    assert twins == {"R-001": Like("R-002", is_same=True), "R-002": Like("R-001", is_same=True)}


@pytest.mark.django_db
@pytest.mark.parametrize("requirements", [1, 25])
def test_a_new_sentence_is_compared_with_one_query(django_assert_num_queries, requirements):
    project = ProjectFactory()
    for number in range(1, requirements + 1):
        RequirementFactory(project=project, number=number, text=f"Prints label {number}.")

    with django_assert_num_queries(1):
        like = likeness_in(project).like("prints LABEL 1")

    assert like == Like("R-001", is_same=True)
