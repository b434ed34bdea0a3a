import pytest

from implportal.audit.models import Entry
from implportal.catalogue.tests.factories import FieldOfBusinessFactory, ProductFactory
from implportal.kernel.errors import NotAllowed
from implportal.projects.tests.factories import ProjectFactory
from presales.domain import text_blocks
from presales.models import TextBlock, TextBlockVersion
from presales.tests.factories import TextBlockFactory

pytestmark = pytest.mark.django_db


def save(actor, at, block=None, **changes):
    fields = {"title": "Training", "markdown": "We train.", "lock_version": 0}
    if block:
        fields["lock_version"] = block.lock_version
    return text_blocks.save_block(block=block, actor=actor, at=at, **fields | changes)


def test_each_saving_of_other_words_is_a_version(ines, noon):
    block = save(ines, noon)
    block = save(ines, noon, block, markdown="We train\r\neverybody.")
    block = save(ines, noon, block, markdown="We train\neverybody.")

    assert block.lock_version == 2
    assert list(TextBlockVersion.objects.order_by("number").values_list("number", "markdown")) == [
        (1, "We train."),
        (2, "We train\neverybody."),
    ]
    assert Entry.objects.filter(action="presales.block_written").count() == 2


def test_of_two_who_write_the_second_is_told(ines, adam, noon):
    block = save(ines, noon)
    save(adam, noon, block, markdown="Adam's.")

    with pytest.raises(text_blocks.SomebodyWasFaster, match="Adam Example saved this block"):
        save(ines, noon, block, markdown="Ines's.")
    assert TextBlock.objects.get().markdown == "Adam's."


def test_a_title_is_given_once_whatever_its_case(ines, noon):
    save(ines, noon)
    with pytest.raises(text_blocks.TitleIsTaken):
        save(ines, noon, title="TRAINING")
    assert TextBlock.objects.count() == 1


def test_a_picture_of_one_project_is_in_no_block(ines, noon):
    with pytest.raises(text_blocks.HoldsPicture):
        save(ines, noon, markdown=f"![x](image:{'0' * 64})")


@pytest.mark.parametrize("name", ["piet", "bea", "cora", "conny"])
def test_only_administrators_and_implementation_managers_write_blocks(request, name, noon):
    person = request.getfixturevalue(name)
    block = TextBlockFactory()
    with pytest.raises(NotAllowed):
        save(person, noon)
    with pytest.raises(NotAllowed):
        text_blocks.retire_block(block=block, is_retired=True, actor=person, at=noon)


def test_what_fits_the_project_comes_first_and_the_rest_is_found_by_words(ines, noon):
    project = ProjectFactory(customer__field_of_business=FieldOfBusinessFactory())
    mine, other = ProductFactory(), ProductFactory()
    project.products.add(mine)
    TextBlockFactory(title="For all")
    TextBlockFactory(title="For our product", product=mine)
    TextBlockFactory(title="For another product", product=other)
    TextBlockFactory(title="For the field", field_of_business=project.customer.field_of_business)
    text_blocks.retire_block(
        block=TextBlockFactory(title="Old"), is_retired=True, actor=ines, at=noon
    )

    def titles(words):
        return [block.title for block in text_blocks.blocks_for(project, words)]

    assert titles("") == ["For our product", "For the field", "For all"]
    assert titles("TRAIN another") == ["For another product"]
    assert titles("Old") == []


def test_a_block_becomes_a_paragraph_of_its_own():
    block = TextBlock(markdown="We train.")
    assert text_blocks.with_block("Before.\n\n\n", block) == "Before.\n\nWe train."
    assert text_blocks.with_block("", block) == "We train."
