from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from implportal.accounts.models import Role, validate_time_zone
from implportal.kernel.money import CURRENCIES

if TYPE_CHECKING:
    from implportal.accounts.models import User


SEE_EVERY_CUSTOMER = frozenset(
    {Role.ADMINISTRATOR, Role.BUSINESS_MANAGER, Role.IMPLEMENTATION_MANAGER}
)


class CustomerQuerySet(models.QuerySet["Customer"]):
    def visible_to(self, user: User) -> CustomerQuerySet:
        """Customers of visible projects; who starts projects may choose from all of them."""
        from implportal.projects.models.projects import Project

        if user.role in SEE_EVERY_CUSTOMER:
            return self
        return self.filter(pk__in=Project.objects.visible_to(user).values("customer"))


class Customer(models.Model):
    """Who pays and signs."""

    name = models.CharField(_("name"), max_length=160, unique=True)
    field_of_business = models.ForeignKey(
        "catalogue.FieldOfBusiness",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("field of business"),
    )
    region = models.CharField(_("region"), max_length=80, blank=True)
    address = models.TextField(_("address"), blank=True)
    is_remote = models.BooleanField(
        _("remote"), default=False, help_text=_("We mostly work with them from a distance.")
    )
    time_zone = models.CharField(
        _("time zone"), max_length=40, default="Europe/Berlin", validators=[validate_time_zone]
    )
    language = models.CharField(_("language"), max_length=8, default="en")
    currency = models.CharField(_("currency"), max_length=3, choices=CURRENCIES, default="EUR")

    objects = CustomerQuerySet.as_manager()

    class Meta:
        verbose_name = _("customer")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("projects:customer_detail", kwargs={"pk": self.pk})


class ContactKind(models.TextChoices):
    EXECUTIVE = "EXECUTIVE", _("Executive")
    EXPERT = "EXPERT", _("Expert")
    DIRECT_USER = "DIRECT_USER", _("Direct user")
    FINANCE = "FINANCE", _("Finance")
    IT = "IT", _("IT")


class ContactQuerySet(models.QuerySet["Contact"]):
    def visible_to(self, user: User) -> ContactQuerySet:
        return self.filter(customer__in=Customer.objects.visible_to(user))


class Contact(models.Model):
    """A person at the customer. Has no account: what they see, they see through links."""

    customer = models.ForeignKey(
        Customer, on_delete=models.CASCADE, related_name="contacts", verbose_name=_("customer")
    )
    name = models.CharField(_("name"), max_length=120)
    title = models.CharField(_("position"), max_length=120, blank=True)
    email = models.EmailField(_("e-mail"))
    phone = models.CharField(_("phone"), max_length=40, blank=True)
    kinds = models.JSONField(_("kinds"), default=list, blank=True)
    consents_to_reference = models.BooleanField(_("may be named as a reference"), default=False)

    objects = ContactQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact")
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "email"],
                name="contact_email_is_unique_at_customer",
                violation_error_message=_("This customer already has a contact with that e-mail."),
            ),
            models.CheckConstraint(name="contact_has_name", condition=~Q(name="")),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return self.customer.get_absolute_url()

    @property
    def kind_labels(self) -> list[str]:
        return [str(ContactKind(kind).label) for kind in self.kinds if kind in ContactKind.values]
