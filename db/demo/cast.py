"""Who is in the demo data. Ids depend on nothing but names, so that a README and a test can speak of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID, uuid5

from domain.people import Organization, Person, Role, Team

NAMESPACE = UUID("0b0f3d7e-6f0c-5e0b-8d56-5a4c1f0f7a51")
TIME_ZONE = "Europe/Oslo"
PROGRAMMES = (
    "phul-upper-power",
    "531-bbb-squat",
    "bwf-recommended-routine",
    "hockey-offseason-day1",
    "mppl-push",
    "starting-strength-1a",
)


def demo_id(path: str) -> UUID:
    return uuid5(NAMESPACE, path)


@dataclass(frozen=True, slots=True)
class DemoIds:
    """``plans`` and ``sessions`` go by the short name of the programme; they are the athlete's.

    ``season_plan`` is her plan for the season, ``team_season`` the season of the team with its phases.
    """

    organization: UUID
    team: UUID
    athlete: UUID
    coach: UUID
    admin: UUID
    season_plan: UUID
    team_season: UUID
    plans: Mapping[str, UUID]
    sessions: Mapping[str, UUID]
    other_organization: UUID
    other_athlete: UUID
    other_plan: UUID


DEMO = DemoIds(
    organization=demo_id("harbour-city"),
    team=demo_id("harbour-city/hockey"),
    athlete=demo_id("harbour-city/mia"),
    coach=demo_id("harbour-city/dana"),
    admin=demo_id("harbour-city/robin"),
    season_plan=demo_id("harbour-city/mia/season"),
    team_season=demo_id("harbour-city/hockey/season"),
    plans={name: demo_id(f"harbour-city/mia/{name}") for name in PROGRAMMES},
    sessions={name: demo_id(f"harbour-city/mia/{name}/w1/s1") for name in PROGRAMMES},
    other_organization=demo_id("northside"),
    other_athlete=demo_id("northside/leo"),
    other_plan=demo_id("northside/leo/strength"),
)

HARBOUR_CITY = Organization(DEMO.organization, "Harbour City Sports Club")
NORTHSIDE = Organization(DEMO.other_organization, "Northside Athletics")
HOCKEY = Team(DEMO.team, DEMO.organization, "Harbour City Hockey", "Ice hockey", TIME_ZONE)


def _of_harbour_city(first_name: str, last_name: str, role: Role = Role.ATHLETE) -> Person:
    return Person(
        demo_id(f"harbour-city/{first_name.lower()}"),
        DEMO.organization,
        f"{first_name} {last_name}",
        role,
        TIME_ZONE,
    )


MIA = _of_harbour_city("Mia", "Halvorsen")
DANA = _of_harbour_city("Dana", "Reyes", Role.COACH)
ROBIN = _of_harbour_city("Robin", "Aas", Role.ADMIN)
LEO = Person(DEMO.other_athlete, DEMO.other_organization, "Leo Marchetti", Role.ATHLETE, "Europe/Rome")

# Five with a long plan each, as Mia has.
REGULARS = (
    _of_harbour_city("Ingrid", "Solberg"),
    _of_harbour_city("Amara", "Okafor"),
    _of_harbour_city("Yuki", "Tanaka"),
    _of_harbour_city("Freya", "Lindqvist"),
    _of_harbour_city("Sofia", "Marin"),
)
# Has plans, and has never logged a session.
NORA = _of_harbour_city("Nora", "Eide")
OTHERS = (
    NORA,
    _of_harbour_city("Elin", "Bakke"),
    _of_harbour_city("Hanna", "Virtanen"),
    _of_harbour_city("Chloe", "Bennett"),
    _of_harbour_city("Aino", "Laine"),
    _of_harbour_city("Thea", "Nygaard"),
    _of_harbour_city("Maja", "Kowalska"),
    _of_harbour_city("Zoe", "Tremblay"),
    _of_harbour_city("Leila", "Haddad"),
    _of_harbour_city("Ella", "Sundberg"),
    _of_harbour_city("Priya", "Nair"),
    _of_harbour_city("Astrid", "Moen"),
    _of_harbour_city("Camille", "Roy"),
    _of_harbour_city("Signe", "Dahl"),
    _of_harbour_city("Lucia", "Ferrari"),
    _of_harbour_city("Emma", "Kaspersen"),
    _of_harbour_city("Katya", "Petrenko"),
    _of_harbour_city("Olivia", "Grant"),
)
PLAYERS = (MIA, *REGULARS, *OTHERS)


def email_of(person: Person) -> str:
    """An address that can never be anybody's: ``.example`` is reserved for this."""
    club = "harbourcity" if person.organization_id == DEMO.organization else "northside"
    return f"{person.display_name.split()[0].lower()}@{club}.example"
