from implportal.documents.compare import ChangeKind, compare, word_difference


def content(*sections):
    return {
        "sections": [
            {"key": key, "number": "", "level": 1, "title": title, "html": html}
            for key, title, html in sections
        ]
    }


def kinds(old, new):
    return [(change.title, change.kind) for change in compare(content(*old), content(*new))]


A, B, C = ("a", "A", "<p>a</p>"), ("b", "B", "<p>b</p>"), ("c", "C", "<p>c</p>")


def test_it_finds_what_is_the_same_changed_added_and_removed():
    new = [A, ("b", "B", "<p>b2</p>"), ("d", "D", "<p>d</p>")]

    assert kinds([A, B, C], new) == [
        ("A", ChangeKind.SAME),
        ("B", ChangeKind.CHANGED),
        ("D", ChangeKind.ADDED),
        ("C", ChangeKind.REMOVED),
    ]


def test_it_finds_a_moved_section():
    assert kinds([A, B, C], [C, A, B]) == [
        ("C", ChangeKind.MOVED),
        ("A", ChangeKind.SAME),
        ("B", ChangeKind.SAME),
    ]


def test_it_pairs_by_title_when_an_import_brought_new_keys():
    assert kinds(
        [("s1", "Old intro", "<p>x</p>"), ("s2", "Scope", "<p>y</p>")],
        [("s1", "SCOPE", "<p>y</p>")],
    ) == [
        ("Old intro", ChangeKind.REMOVED),
        ("SCOPE", ChangeKind.CHANGED),
    ]


def test_it_pairs_by_key_when_the_title_changed():
    assert kinds([A], [("a", "Renamed", "<p>a</p>")]) == [("Renamed", ChangeKind.CHANGED)]


def test_line_breaks_alone_change_nothing():
    assert kinds([("a", "A", "<p>one\ntwo</p>")], [("a", "A", "<p>one two</p>")]) == [
        ("A", ChangeKind.SAME)
    ]


def test_it_marks_words():
    assert word_difference("<p>within ten days</p>", "<p>within 30 days</p>") == (
        "<p>within <del>ten</del><ins>30</ins> days</p>"
    )


def test_marks_never_cross_tags():
    html = word_difference("<ul><li>a</li></ul>", "<ul><li>a</li><li>b c</li></ul>")

    assert html == "<ul><li>a</li><li><ins>b c</ins></li></ul>"


def test_a_very_long_section_is_shown_as_taken_out_and_put_in():
    html = word_difference("a " * 8_000, "b " * 8_000)

    assert html.startswith("<del>")
    assert html.count("<ins>") == 1


def test_a_changed_section_stands_in_two_columns_as_well():
    old = [("a", "A", "<p>We deliver <strong>two</strong> reports.</p>"), B]
    new = [("a", "A", "<p>We deliver <strong>three</strong> long reports.</p>"), B]

    changed, same = compare(content(*old), content(*new))

    assert changed.before == "<p>We deliver <strong><del>two</del></strong> reports.</p>"
    assert changed.after == (
        "<p>We deliver <strong><ins>three</ins></strong><ins> long</ins> reports.</p>"
    )
    assert (same.before, same.after) == ("", "")
