import pytest

from implportal.kernel.errors import NotAllowed
from implportal.kernel.tables import read_csv_text
from implportal.kernel.tests.growth import grows_with_length
from implportal.projects.domain.contact_imports import (
    ContactRow,
    HeadingMissing,
    NoCards,
    check_rows,
    import_contacts,
    rows_of_table,
    rows_of_vcards,
)
from implportal.projects.models import Contact
from implportal.projects.tests.factories import ContactFactory, CustomerFactory

pytestmark = pytest.mark.django_db

VCARDS = """BEGIN:VCARD
VERSION:3.0
N:Weber;Anna;;Dr.;
FN:Dr. Anna
  Weber
item1.EMAIL;TYPE=work:Anna@Hospital.example
EMAIL:second@hospital.example
TEL;TYPE=cell:+49 30 1
TITLE:Head\\, IT
END:VCARD
BEGIN:VCARD
VERSION:2.1
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=D0=98=D0=B2=
=D0=B0=D0=BD;=41
EMAIL;HOME;INTERNET:ivan@hospital.example
END:VCARD
BEGIN:VCARD
VERSION:4.0
FN:张伟 😀
EMAIL:wei@hospital.example
TEL;VALUE=uri:tel:+86-10
END:VCARD
"""


def table(text):
    return rows_of_table(read_csv_text(text))


def test_vcards_of_every_version_are_read():
    rows = rows_of_vcards(VCARDS)

    assert [(row.number, row.name, row.email, row.phone, row.title) for row in rows] == [
        (1, "Dr. Anna Weber", "Anna@Hospital.example", "+49 30 1", "Head, IT"),
        (2, "A Иван", "ivan@hospital.example", "", ""),
        (3, "张伟 😀", "wei@hospital.example", "+86-10", ""),
    ]


def test_a_file_without_cards_says_so():
    with pytest.raises(NoCards):
        rows_of_vcards("Dear all\nBEGIN\n")


@pytest.mark.parametrize(
    "text",
    [
        "Name,E-mail,Position,Phone,Kinds\nAnna Weber,anna@x.example,Head,1,IT; Expert\n",
        "First Name;Last Name;Mail;Title;Mobile;Kind\nAnna;Weber;anna@x.example;Head;1;it,EXPERT",
    ],
    ids=["our own", "an address book"],
)
def test_tables_of_common_address_books_are_read(text):
    [row] = check_rows(table(text), customer=CustomerFactory())

    assert row == ContactRow(
        number=2, name="Anna Weber", title="Head", email="anna@x.example", phone="1",
        kinds=["IT", "EXPERT"],
    )  # fmt: skip


def test_a_table_without_addresses_is_refused():
    with pytest.raises(HeadingMissing):
        table("Name,Fax\nAnna,1\n")


def test_each_row_says_what_is_wrong_with_it():
    customer = CustomerFactory()
    ContactFactory(customer=customer, name="Anna Weber", email="anna@x.example")

    rows = check_rows(
        table(
            "Name,E-mail,Kinds\n"
            ",a@x.example,\n"
            "Ben,,\n"
            "Ben,ben at x,\n"
            "Anna,ANNA@x.example,\n"
            "Ben,ben@x.example,\n"
            "Ben,Ben@x.example,\n"
            "Cem,cem@x.example,Boss\n"
            "anna weber,weber@x.example,\n"
            f"{'x' * 121},long@x.example,\n"
        ),
        customer=customer,
    )

    assert [(row.error, row.hint) for row in rows] == [
        ("The name is missing.", ""),
        ("The e-mail address is missing.", ""),
        ("Enter a valid email address.", ""),
        ("This address is already there.", ""),
        ("", ""),
        ("This address is already there.", ""),
        ("“Boss” is not one of: Executive, Expert, Direct user, Finance, IT.", ""),
        ("", "There is a contact of this name with another e-mail address."),
        ("Ensure this value has at most 120 characters (it has 121).", ""),
    ]


def test_only_good_rows_are_kept_and_a_second_time_nothing(ines, noon):
    customer = CustomerFactory()
    text = "Name,E-mail\nAnna,anna@x.example\nBen,\n"

    first = import_contacts(customer=customer, rows=table(text), actor=ines, at=noon)
    again = import_contacts(customer=customer, rows=table(text), actor=ines, at=noon)

    assert ([contact.name for contact in first], again) == (["Anna"], [])
    assert Contact.objects.get().customer == customer


def test_who_does_not_keep_customers_imports_nothing(conny, noon):
    rows = table("Name,E-mail\nAnna,anna@x.example\n")

    with pytest.raises(NotAllowed):
        import_contacts(customer=CustomerFactory(), rows=rows, actor=conny, at=noon)

    assert not Contact.objects.exists()


@pytest.mark.parametrize("piece", ["A;b=\n", "A;b=c;", "A;", ";", "A;b=c\n", "=\n"])
def test_the_time_for_hostile_cards_grows_with_their_length_and_no_faster(piece):
    def reads(text):
        with pytest.raises(NoCards):
            rows_of_vcards(text)

    assert grows_with_length(reads, piece=piece, longest=100_000)
