from django.template import Context, Template


def test_life_bar_tells_in_words_what_it_draws():
    life = (
        ("survey", "DONE", False),
        ("solution", "WAITING", True),
        ("plan", "NOT_STARTED", False),
    )

    shown = Template("{% load life %}{% life_bar life %}").render(Context({"life": life}))

    spoken = "1 of 3 steps settled. Solution document: Waiting for the customer, late"
    assert f'role="img" aria-label="{spoken}"' in shown
    assert (shown.count("<i "), shown.count('<span class="ip-grow-')) == (3, 2)
