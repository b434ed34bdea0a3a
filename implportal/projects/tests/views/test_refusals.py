"""What nobody types, and what comes too late, is answered and never ends in an error."""

from __future__ import annotations

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from implportal.projects.domain.attachments import attach
from implportal.projects.models import Attachment, Member
from implportal.projects.tests.factories import CustomerFactory, MemberFactory, ProjectFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def resting(ines, conny, noon):
    """A project with a member and a file, suspended since."""
    project = ProjectFactory(implementation_manager=ines)
    MemberFactory(project=project, user=conny)
    file = ContentFile(b"abc", "notes.txt")
    attach(project=project, subject=project, file=file, actor=ines, at=noon)
    project.state = "SUSPENDED"
    project.save()
    return project


def test_it_keeps_the_members_of_a_resting_project(resting, ines, sign_in):
    kwargs = {"project_pk": resting.pk, "pk": Member.objects.get().pk}

    page = sign_in(ines).post(reverse("projects:member_remove", kwargs=kwargs), follow=True)

    assert "nothing in it can be changed" in page.content.decode()
    assert Member.objects.count() == 1


def test_it_keeps_the_files_of_a_resting_project(resting, ines, sign_in):
    url = reverse("projects:attachment_remove", kwargs={"pk": Attachment.objects.get().pk})

    page = sign_in(ines).post(url, follow=True)

    assert "nothing in it can be changed" in page.content.decode()
    assert Attachment.objects.count() == 1


@pytest.mark.parametrize("wanted", ["9" * 5000, "99999999999999999999", "-1", "x"])
def test_it_starts_a_project_without_a_customer_that_cannot_be(wanted, ines, sign_in):
    CustomerFactory()

    page = sign_in(ines).get(reverse("projects:project_create"), {"customer": wanted})

    assert page.status_code == 200
    assert page.context["form"]["customer"].initial is None
