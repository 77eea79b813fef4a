"""The international schemes that actions are classified under, with their titles."""

from django.utils.translation import gettext_lazy as _

from actions.enums import Scheme

PILLARS = [
    (1, _("The State’s duty to protect human rights")),
    (2, _("The responsibility of companies to respect human rights")),
    (3, _("Access to remedy")),
]
SDGS = [
    (1, _("No poverty")),
    (2, _("Zero hunger")),
    (3, _("Good health and well-being")),
    (4, _("Quality education")),
    (5, _("Gender equality")),
    (6, _("Clean water and sanitation")),
    (7, _("Affordable and clean energy")),
    (8, _("Decent work and economic growth")),
    (9, _("Industry, innovation and infrastructure")),
    (10, _("Reduced inequalities")),
    (11, _("Sustainable cities and communities")),
    (12, _("Responsible consumption and production")),
    (13, _("Climate action")),
    (14, _("Life below water")),
    (15, _("Life on land")),
    (16, _("Peace, justice and strong institutions")),
    (17, _("Partnerships for the goals")),
]
TITLES = {Scheme.SDG: dict(SDGS), Scheme.PILLAR: dict(PILLARS)}
