"""The catalogues say what the code says, in the words of the field. That they are complete, .ci/translations checks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from django.conf import settings

LANGUAGES = ("nb", "nl")
PLACES = re.compile(r"%\(\w+\)[0-9]*[a-zA-Z]|%%|</?\w+>")  # what the code fills in, and the markup around it

# The binding words. Those that the code does not use yet bind it as soon as it does.
TERMS = {
    "tracking dimension group": ("sporingsdimensjonsgruppe", "traceringsdimensiegroep"),
    "active in sales process": ("aktiv i salgsprosess", "actief in verkoopproces"),
    "serial number control": ("serienummerkontroll", "serienummercontrole"),
    "blank issue allowed": ("tom avgang tillatt", "lege uitgifte is toegestaan"),
    "blank receipt allowed": ("tomt mottak tillatt", "lege ontvangst toegestaan"),
    "serial number": ("serienummer", "serienummer"),
    "batch number": ("partinummer", "batchnummer"),
    "registration": ("registrering", "registratie"),
    "not readable": ("ikke lesbart", "niet leesbaar"),
    "scan mode": ("skannemodus", "scanmodus"),
    "add": ("legg til", "toevoegen"),
    "remove": ("fjern", "verwijderen"),
    "sales order": ("salgsordre", "verkooporder"),
    "sales order line": ("salgsordrelinje", "verkooporderregel"),
    "packing slip": ("følgeseddel", "pakbon"),
    "invoice": ("faktura", "factuur"),
    "credit note": ("kreditnota", "creditnota"),
    "posted": ("postert", "geboekt"),
    "draft": ("kladd", "concept"),
    "maintain serial number corrections": (
        "vedlikeholde rettelser av serienumre",
        "correcties van serienummers beheren",
    ),
    "maintain registration of non-readable serial numbers": (
        "vedlikeholde registrering av ikke-lesbare serienumre",
        "registraties van onleesbare serienummers onderhouden",
    ),
    "pending": ("ventende", "in afwachting"),
    "release": ("frigi", "vrijgeven"),
    "correction": ("rettelse", "correctie"),
    "return": ("retur", "retour"),
    "journal": ("journal", "journaal"),
    "journal line": ("journallinje", "journaalregel"),
    "inquiry": ("spørring", "query"),
    "catch weight product": ("faktisk vekt-vare", "catch-weight-artikel"),
    "point of sale (pos)": ("salgssted (pos)", "verkooppunt (pos)"),
    "warranty": ("garanti", "garantie"),
    "number sequence": ("nummerserie", "nummerreeks"),
    "production order": ("produksjonsordre", "productieorder"),
    "tracked components": ("sporede komponenter", "getraceerde onderdelen"),
    "finished product": ("ferdigvare", "gereed product"),
    "component": ("komponent", "onderdeel"),
    "started": ("startet", "gestart"),
    "consumption": ("forbruk", "verbruik"),
    "remaining quantity": ("gjenstående antall", "resterende hoeveelheid"),
    "good quantity": ("godkjent antall", "goede hoeveelheid"),
    "error quantity": ("feilantall", "foutieve hoeveelheid"),
    "report as finished": ("ferdigmelde", "gereedmelden"),
    "picking list journal": ("plukklistejournal", "orderverzamellijst-journaal"),
    "item tracing": ("varesporing", "artikeltracering"),
    "pick": ("plukk", "pick"),
    "qty. to handle": ("antall å håndtere", "te verwerken hoeveelheid"),
    "warehouse tracking": ("lagersporing", "magazijntracering"),
    "specific tracking": ("spesifikk sporing", "specifieke tracering"),
}


@pytest.fixture(params=LANGUAGES)
def catalogue(request: pytest.FixtureRequest) -> Catalog:
    with (settings.BASE_DIR / "locale" / request.param / "LC_MESSAGES" / "django.po").open("rb") as file:
        return read_po(file, locale=request.param)


def test_translations_have_the_places_of_their_texts(catalogue: Catalog) -> None:
    astray = [
        (text, translation)
        for message in catalogue
        if message.id
        for text, translation in pairs_of(message)
        if Counter(PLACES.findall(text)) != Counter(PLACES.findall(translation))
    ]
    assert astray == []


def test_translations_use_the_binding_words(catalogue: Catalog) -> None:
    at = LANGUAGES.index(str(catalogue.locale))
    used = [pair for message in catalogue for pair in pairs_of(message) if pair[0].casefold() in TERMS]
    assert used
    assert [(text, said) for text, said in used if said.casefold() != TERMS[text.casefold()][at]] == []


def pairs_of(message: Message) -> Iterator[tuple[str, str]]:
    """The text with its translation; of a text with a plural, each form with its own."""
    if isinstance(message.id, str):
        yield message.id, str(message.string)
    else:
        yield from zip(message.id, message.string, strict=True)
