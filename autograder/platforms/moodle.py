"""Moodle: "Download all submissions", the offline grading worksheet, feedback files.

The number in a name is the participant's of this assignment, which the worksheet has, too.
"""

import re
from collections.abc import Iterable

from ..delimited import Delimited
from ..errors import UserError
from .archive import Archive
from .clue import Clue, Clues, matches
from .grade_file import GradeFile, Line
from .times import read_time

NAME = "moodle"
TITLE = "Moodle"
_ENTRY = re.compile(
    r"(?P<name>[^_/]*)(?:_(?P<id>\d+))?_assign(?:submission|feedback)_(?P<plugin>[a-z0-9]+)"
    r"(?:_?/|_)(?P<file>.+)",
    re.DOTALL,
)
# What the columns are called, in the languages that Moodle is used in most.
_TITLES = {
    "identifier": "Identifier|ID|Identifiant|Identificador|Identificativo|Número de identificação",
    "name": "Full name|Vollständiger Name|Nom complet|Nombre completo|Nome completo|Nome"
    "|Cognome / Nome|Volledige naam|Nombre|Name",
    "email": "Email address|E-Mail-Adresse|Adresse de courriel|Dirección de correo|Indirizzo email"
    "|Endereço de email|E-mailadres|Email",
    "idnumber": "ID number|ID-Nummer|Numéro d'identification|Número de ID|Codice identificativo"
    "|Número de identificação (ID)|ID-nummer|Matrikelnummer|Número de identificación|IDnumber",
    "username": "Username|Anmeldename|Nom d'utilisateur|Nombre de usuario|Nome de usuário"
    "|Identificação de usuário|Gebruikersnaam",
    "group": "Group|Gruppe|Groupe|Grupo|Gruppo|Groep",
    "grade": "Grade|Bewertung|Note|Calificación|Valutazione|Avaliação|Nota|Beoordeling|Cijfer",
    "maximum": "Maximum grade|Beste Bewertung|Bestwertung|Maximale Bewertung|Note maximale"
    "|Calificación máxima|Valutazione massima|Nota máxima|Avaliação máxima|Maximumcijfer"
    "|Hoogste cijfer|Punteggio massimo",
    "scale": "Scale|Skala|Barème|Escala|Scala|Schaal",
    "changeable": "Grade can be changed|Bewertung kann geändert werden|La note peut être modifiée"
    "|La calificación puede ser cambiada|La valutazione può essere modificata"
    "|Nota pode ser alterada|A nota pode ser alterada|Cijfer kan gewijzigd worden",
    "submitted": "Last modified (submission)|Zuletzt geändert (Abgabe)"
    "|Dernière modification (travail remis)|Última modificación (entrega)"
    "|Ultima modifica (consegna)|Última modificação (envio)|Última atualização (submissão)"
    "|Laatst gewijzigd (inzending)",
}
_LOCKED = {"no", "nein", "non", "nee", "não", "nie", "nej", "нет"}
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_NUMBER_AT_END = re.compile(r"(?P<word>\D*?)(?P<number>\d+)\s*")


def read(archive: Archive) -> Clues:
    """What the names of a download say."""
    return {path: _clue(found) for path, found in matches(_ENTRY, archive).items()}


def _clue(found: re.Match[str]) -> Clue:
    number, name = found["id"] or "", found["name"]
    return Clue(
        person=number or f"name {name}",
        file=found["file"],
        name=name,
        lms_id=number,
        ids={"participant": number} if number else {},
    )


def feedback_path(name: str, lms_id: str, page: str) -> str:
    """What a page is called for the way back; underscores stand between its parts only."""
    return f"{name.replace('_', ' ').replace('/', ' ')}_{lms_id}_assignsubmission_file/{page}"


def columns(table: Delimited) -> dict[str, int]:
    """The columns of a worksheet whose titles are known, in whatever language."""
    found = {kind: table.column(*titles.split("|")) for kind, titles in _TITLES.items()}
    known = {kind: column for kind, column in found.items() if column is not None}
    if "email" not in known and (column := _of_addresses(table)) is not None:
        known["email"] = column
    return known


def _of_addresses(table: Delimited) -> int | None:
    """The first column of addresses alone, whatever it is called."""
    for column in range(len(table.header)):
        texts = [row.text(column).strip() for row in table.rows[1:]]
        if any(texts) and all(_ADDRESS.fullmatch(text) for text in texts if text):
            return column
    return None


def claims(table: Delimited) -> bool:
    """Whether a table is a grading worksheet: its first column numbers the participants."""
    found = [_NUMBER_AT_END.fullmatch(row.text(0)) for row in table.rows[1:]]
    words = {one["word"].strip() for one in found if one}
    is_numbered = bool(found) and all(found) and len(words) == 1 and words != {""}
    return is_numbered and (len(columns(table)) > 1 or len(table.header) > 4)


def grade_file(table: Delimited, wanted: Iterable[str]) -> GradeFile:
    """The worksheet, with the column of grades that is wanted or known.

    Raises:
        UserError: if it has none that numbers can go to (exit code 2).
    """
    known, wanted = columns(table), tuple(wanted)
    column = table.column(*wanted) if wanted else known.get("grade")
    titles = ", ".join(table.header)
    if wanted and column is None:
        raise UserError(
            f"{table.place(table.rows[0])}: no column {wanted[0]}; there are: {titles}", exit_code=2
        )
    lines = [_line(table, number, known) for number in range(1, len(table.rows))]
    if column is not None and not {"maximum", "scale"} & known.keys():
        known["maximum"] = column + 1  # it stands there, whatever it is called
    maxima = {row.text(known.get("maximum")).strip() for row in table.rows[1:]} - {""}
    problem = ""
    if column is None:
        problem = f"the column for grades is not known; name it: --grade-column, of {titles}"
    elif "scale" in known and "maximum" not in known:
        problem = "the grades are words of a scale, not points; set points in the assignment"
    elif len(maxima) > 1:
        problem = "the maximum is not the same in every row"
    return GradeFile(
        NAME,
        table,
        lines,
        column,
        maximum=next(iter(maxima), None),
        problem=problem,
        empty=frozenset({"", "-"}),
    )


def _line(table: Delimited, number: int, known: dict[str, int]) -> Line:
    row = table.rows[number]
    participant = _NUMBER_AT_END.fullmatch(row.text(known.get("identifier", 0)))
    ids = {
        "participant": participant["number"] if participant else "",
        "idnumber": row.text(known.get("idnumber")).strip(),
        "username": row.text(known.get("username")).strip(),
        "email": row.text(known.get("email")).strip(),
    }
    locked = row.text(known.get("changeable")).strip().casefold() in _LOCKED
    return Line(
        row=number,
        ids={kind: value for kind, value in ids.items() if value and value != "-"},
        name=row.text(known.get("name")).strip(),
        group=row.text(known.get("group")).strip(),
        handed_in=read_time(row.text(known.get("submitted"))),
        time_text=row.text(known.get("submitted")).strip(),
        locked="the grade can't be changed in Moodle" if locked else "",
    )
