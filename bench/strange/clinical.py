"""What a clinical need is, and the names offices print for specialties."""

from __future__ import annotations

from dataclasses import dataclass

Age = tuple[int, int]
_ADULT: Age = (19, 84)
CHILD: Age = (2, 16)


@dataclass(frozen=True, slots=True)
class Need:
    """One clinical need: `specialty` is the NUCC name, `called` what offices print for it."""

    specialty: str
    called: tuple[str, ...]
    codes: tuple[tuple[str, str], ...]
    reasons: tuple[str, ...]
    services: tuple[str, ...]
    story: str
    meds: tuple[str, ...]
    ages: Age = _ADULT
    sex: str = ""


CARD = ("Cardiology", "Cardiovascular Disease", "Cardiologist", "Cardiac")
EP = ("Electrophysiology", "Cardiac EP", "Clinical Cardiac Electrophysiology")
GI = ("Gastroenterology", "GI", "Digestive Health", "Gastroenterologist")
ONC = ("Hematology/Oncology", "Heme/Onc", "Hematology & Oncology", "Medical Oncology")
ORTHO = ("Orthopedic Surgery", "Orthopedics", "Ortho", "Orthopaedics")
DERM = ("Dermatology", "Derm", "DERMATOLOGY")
NEURO = ("Neurology", "Neuro", "NEUROLOGY")
NSURG = ("Neurosurgery", "Neurological Surgery")
PULM = ("Pulmonology", "Pulmonary", "Pulmonary Disease", "Pulm")
ENDO = ("Endocrinology", "Endocrine", "Endocrinology, Diabetes & Metabolism")
RHEUM = ("Rheumatology", "Rheum")
URO = ("Urology", "UROLOGY")
ENT = ("ENT", "Otolaryngology", "Ear, Nose & Throat", "Ear, Nose and Throat")
EYE = ("Ophthalmology", "Eye", "OPHTHALMOLOGY", "Retina")
GYN = ("OB/GYN", "Gynecology", "Obstetrics & Gynecology")
PSY = ("Psychiatry", "Behavioral Health / Psychiatry")
PSYCHO = ("Psychology", "Clinical Psychology", "Counseling", "Neuropsychology")

EVAL = (
    "Evaluate and treat",
    "Consultation",
    "Eval & treat",
    "New patient consult",
    "Consult only",
    "Evaluation and management",
)
