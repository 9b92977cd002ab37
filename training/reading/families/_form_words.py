"""The words that forms print besides their fields: titles, section headings, short labels, options, small print."""

from __future__ import annotations

from typing import Final

TITLES: Final = (
    "REFERRAL FORM", "Patient Referral", "REFERRAL REQUEST", "Physician Referral Form", "Consultation Request",
    "REQUEST FOR CONSULTATION", "New Patient Referral", "Outpatient Referral", "Referral / Consultation Order",
    "Provider Referral Form", "SPECIALTY REFERRAL", "Referral Order", "Order Requisition",
    "REFERRAL AUTHORIZATION REQUEST",
    "Ambulatory Referral", "External Referral Order", "Patient Information & Referral", "Fax Referral Form",
    "Referral Intake", "INTAKE SHEET", "Service Request Form", "Request for Specialty Care", "Referral Sheet",
    "Authorization for Referral", "Referral Slip", "eReferral Summary", "Request for Services", "OUTSIDE REFERRAL",
    "Referral to Specialist", "Clinical Referral Form", "PHYSICIAN ORDER", "Order Form",
    "Hoja de referido / Referral form",
    "Formulario de referencia", "Referral Information", "", "",
)  # fmt: skip

TITLES_FOR: Final = (
    "{} REFERRAL FORM", "{} Referral", "Referral to {}", "Ambulatory Referral to {}", "REFERRAL - {}",
    "{} Consult Request",
    "{} Order Form", "Request for {} Consultation", "AMB REFERRAL TO {}", "{} New Patient Referral", "Refer to {}",
    "CONSULT {}", "{} - Outpatient Referral Request", "IP/OP Consult to {}", "External Referral: {}",
)  # fmt: skip

HEADINGS: Final = {
    "patient": (
        "Patient Information", "PATIENT", "Patient Demographics", "Patient", "I. PATIENT INFORMATION",
        "Section A - Member",
        "Patient Info", "Demographics", "MEMBER INFORMATION", "About the patient", "1. Patient", "Client Information",
        "Patient Details", "PATIENT DATA", "Datos del paciente / Patient data", "Who is being referred?", "Pt Info",
        "Veteran Information", "Injured Worker", "Patient Identification", "Enrollee", "",
    ),
    "coverage": (
        "Insurance Information", "INSURANCE", "Coverage", "Primary Insurance", "II. INSURANCE", "Payer",
        "Billing Information",
        "Insurance / Authorization", "Health Plan", "Guarantor & Insurance", "Section C - Coverage", "Financial Class",
        "Ins",
        "Insurance (attach copy of card, front and back)", "Seguro médico", "Coverage Details", "Policy Information",
        "",
    ),
    "referrer": (
        "Referring Provider", "REFERRING PHYSICIAN", "Referred By", "Ordering Provider", "FROM", "Referral Source",
        "III. REFERRING PROVIDER INFORMATION", "Requesting Provider", "Referring Practice", "Referring Office",
        "Sender",
        "Section B - Requesting Provider", "Your Information", "Referring Clinician", "Who is referring?",
        "Provider Information",
        "Ordering Physician Information", "Referring From", "Submitted by", "Referring Facility",
    ),
    "recipient": (
        "Refer To", "REFERRED TO", "TO", "Receiving Provider", "Consulting Provider", "Servicing Provider",
        "Specialist",
        "IV. REFERRED-TO PROVIDER", "Rendering Provider / Facility", "Send To", "Referral To", "Destination",
        "Recipient",
        "Section D - Servicing Provider", "Receiving Facility", "Refer-to Information", "Specialist Information",
        "Consultant",
        "Provider Requested", "Where should the patient go?",
    ),
    "clinical": (
        "Clinical Information", "REASON FOR REFERRAL", "Diagnosis", "Referral Details", "Order", "V. CLINICAL",
        "Order Details",
        "Referral Information", "Diagnosis and Reason", "Section E - Services Requested", "Medical Information",
        "Services",
        "Consult Question", "Clinical Summary", "Referral Request", "What can we help with?", "Dx / Orders", "Orders",
        "Assessment",
    ),
    "admin": (
        "Office Use", "Administrative", "For Office Use Only", "Other", "Authorization", "Scheduling", "Internal Use",
        "Tracking",
        "Comments", "Staff use only", "Visit", "Encounter", "Additional Information", "Misc.", "", "",
    ),
    "people": (
        "Emergency Contact", "Contacts", "Responsible Party", "Other Providers", "Care Team", "Care team & contacts",
        "Primary Care", "Guarantor", "Next of Kin", "Pharmacy / PCP", "Other Contacts", "Related persons", "",
    ),
}  # fmt: skip

BARE: Final = {
    "patient.name": ("Name", "Name", "Full name", "Legal name", "Last, First", "Patient", "Pt", "Nombre"),
    "patient.name.last_first": ("Last, First, MI", "Name (Last, First)", "Name (last, first, middle)", "Last/First",
    "Name"),
    "patient.phone": ("Phone", "Ph", "Tel", "Home", "Cell", "Mobile", "Telephone", "Phone #", "Contact #", "H", "C",
    "Teléfono"),
    "patient.other_phone": ("Work", "Alt phone", "Work phone", "Other phone", "Alt #", "W", "Secondary phone"),
    "patient.address": ("Address", "Addr", "Home address", "Street, City, State, Zip", "Mailing address", "Dirección"),
    "patient.sex": ("Sex", "Gender", "M/F", "Sex at birth", "Sexo"),
    "patient.birth_date": ("DOB", "D.O.B.", "Birth date", "Date of birth", "Born", "B/D", "Fecha de nacimiento"),
    "patient.mrn": ("MRN", "Chart #", "Record #", "ID", "Acct", "Patient ID", "Med Rec #"),
    "coverage.payer": ("Name", "Company", "Carrier", "Payer", "Plan", "Insurance", "Primary", "Ins", "Plan name",
    "Aseguradora"),
    "coverage.member_id": ("ID", "ID #", "Member ID", "Policy #", "Subscriber ID", "Member #", "Policy", "ID No."),
    "coverage.payer_phone": ("Phone", "Ph", "Provider line", "Phone #", "Tel"),
    "authorization.number": ("Auth #", "Authorization", "PA #", "Referral #", "Auth", "Approval no."),
    "referrer.name": ("Name", "Provider", "Physician", "Provider name", "Doctor", "Clinician", "MD/NP/PA",
    "Name / credentials"),
    "referrer.npi": ("NPI", "NPI #", "NPI No.", "Individual NPI", "Provider NPI"),
    "referrer.organization": ("Practice", "Clinic", "Practice name", "Office", "Organization", "Facility", "Group",
    "Company"),
    "referrer.phone": ("Phone", "Ph", "Tel", "Phone #", "Office phone", "Telephone", "P", "Phone number", "Office"),
    "referrer.fax": ("Fax", "Fax #", "F", "Fax number", "Facsimile", "Office fax", "FAX NO."),
    "referrer.address": ("Address", "Addr", "Location", "Office address", "Street address"),
    "recipient.provider": ("Name", "Provider", "Physician", "Provider name", "Doctor", "Specialist", "Consultant",
    "Attn"),
    "recipient.organization": ("Practice", "Clinic", "Facility", "Practice name", "Organization", "Office", "Group",
    "Company"),
    "recipient.phone": ("Phone", "Ph", "Tel", "Phone #", "Office phone", "Telephone", "P", "Phone number", "Office"),
    "recipient.fax": ("Fax", "Fax #", "F", "Fax number", "Facsimile", "Office fax", "FAX NO."),
    "recipient.address": ("Address", "Addr", "Location", "Office address", "Street address"),
    "recipient.npi": ("NPI", "NPI #", "NPI No.", "Provider NPI"),
    "requested.specialty": ("Specialty", "Department", "Service line", "Spec", "Clinic", "Dept", "Discipline"),
    "requested.service": ("Service", "Requested", "Service(s)", "Order", "Type of visit", "Services requested",
    "Procedure"),
    "diagnosis.codes": ("ICD-10", "Dx", "Dx code(s)", "Codes", "ICD", "ICD10-CM", "DX"),
    "diagnosis": ("Diagnosis", "Dx", "Problem", "Description", "Diagnoses", "Impression"),
    "reason": ("Reason", "Reason for referral", "Indication", "Comments", "Consult for", "RFR", "Question", "Notes",
    "Motivo"),
    "priority": ("Priority", "Urgency", "Timeframe", "Class", "Appointment needed", "When", "Level"),
    "referral.date": ("Date", "Date of referral", "Referral date", "Ordered", "Order date", "Date requested", "Fecha"),
    "emergency.name": ("Name", "Emergency contact", "Contact", "Next of kin", "NOK"),
    "emergency.phone": ("Phone", "Contact phone", "Ph", "Tel"),
    "pcp.name": ("PCP", "Primary care", "PCP name", "Family doctor", "Primary"),
    "pcp.phone": ("PCP phone", "Phone", "PCP ph", "Tel"),
    "pcp.npi": ("PCP NPI", "NPI"),
}  # fmt: skip

SERVICES: Final = (
    "Evaluate and treat", "Consultation only", "Evaluation only", "Second opinion", "Procedure", "Follow-up care",
    "Testing only",
    "Assume care", "Co-management", "Consult and report back", "Diagnostic testing", "Pre-operative clearance",
    "Surgery consult",
    "Medication management", "One-time consult", "Transfer of care", "New patient visit", "Office visit",
    "Telehealth visit",
    "MRI", "CT scan", "Ultrasound", "X-ray", "EKG", "Echocardiogram", "Stress test", "Holter monitor", "EMG / NCV",
    "Sleep study",
    "PFT", "Colonoscopy", "EGD", "Physical therapy", "Occupational therapy", "Speech therapy", "Injection", "Biopsy",
    "Labs",
    "Allergy testing", "Wound care", "Infusion", "Home health", "Nutrition counseling", "Counseling", "Screening",
    "Other: ______",
    "Evaluation and management", "Treatment", "Long-term management", "Genetic counseling", "Cardiac rehab", "Dialysis",
)  # fmt: skip

SPECIALTIES: Final = (
    "Allergy", "Allergy/Immunology", "Anesthesiology", "Audiology", "Behavioral Health", "Bariatrics", "Breast Surgery",
    "Cardiology", "Cardiac Surgery", "Cardiothoracic Surgery", "Chiropractic", "Colorectal Surgery", "Dental",
    "Dermatology",
    "Diabetes Education", "Endocrinology", "ENT", "Otolaryngology", "Gastroenterology", "General Surgery", "Genetics",
    "Geriatrics", "GI", "Gynecology", "Hand Surgery", "Hematology", "Heme/Onc", "Hepatology", "Home Health",
    "Infectious Disease",
    "Internal Medicine", "Maternal Fetal Medicine", "Nephrology", "Neurology", "Neurosurgery", "Nutrition", "OB/GYN",
    "Occupational Therapy", "Oncology", "Ophthalmology", "Optometry", "Oral Surgery", "Orthopedics", "Orthopaedics",
    "Pain Management", "Palliative Care", "Pediatrics", "Physiatry", "Physical Therapy", "Plastic Surgery", "Podiatry",
    "Psychiatry", "Psychology", "Pulmonary", "Pulmonology", "Radiation Oncology", "Radiology", "Rheumatology",
    "Sleep Medicine",
    "Social Work", "Speech Therapy", "Spine", "Sports Medicine", "Surgery", "Thoracic Surgery", "Transplant",
    "Urogynecology",
    "Urology", "Vascular", "Vascular Surgery", "Wound Care", "Women's Health", "PM&R", "Reproductive Endocrinology",
)  # fmt: skip

PAYER_BOXES: Final = (
    "Medicare", "Medicaid", "Aetna", "Cigna", "BCBS", "UHC", "Humana", "Tricare", "Workers' Comp", "Self-pay",
    "Commercial",
    "HMO", "PPO", "Auto / MVA", "Private", "VA", "Medicare Advantage", "CHIP", "None", "Other", "Kaiser", "Molina",
    "Anthem",
)  # fmt: skip

PRIORITY_BOXES: Final = {
    "routine": ("Routine", "ROUTINE", "Standard", "Elective", "Non-urgent", "Normal", "Routine (2-4 weeks)",
    "Next available"),
    "urgent": ("Urgent", "URGENT", "Expedited", "Urgent (within 1 wk)", "Priority", "Within 72 hours", "Semi-urgent"),
    "asap": ("ASAP", "Asap", "As soon as possible", "ASAP (24-48 h)", "First available"),
    "stat": ("STAT", "Stat", "Emergent", "Immediate", "Same day", "Emergency - call office"),
}  # fmt: skip

STAMPS: Final = (
    "RECEIVED", "COPY", "FAXED", "SCANNED", "FILE", "ORIGINAL", "CONFIDENTIAL", "2ND REQUEST", "PENDING", "COMPLETED",
    "VOID",
    "ENTERED", "NEW PATIENT", "SEE ATTACHED", "RESENT", "PLEASE CALL PT", "E-SIGNED", "PRIORITY MAIL", "DRAFT",
    "DO NOT FILE",
)  # fmt: skip

SMALL_PRINT: Final = (
    "CONFIDENTIALITY NOTICE: This facsimile contains protected health information that is privileged and confidential.",
    "If you are not the intended recipient, please notify the sender immediately and destroy all copies.",
    "Please attach recent office notes, labs, imaging and a copy of the insurance card.",
    "Please include demographics, medication list and last two visit notes.",
    "Referrals without complete information will be returned and may delay scheduling.",
    "Our office will contact the patient within two business days to schedule.",
    "Thank you for your referral!", "Thank you for allowing us to participate in the care of your patient.",
    "Authorization does not guarantee payment. Benefits are subject to eligibility at the time of service.",
    "All fields marked with * are required.", "Please print clearly.", "PLEASE TYPE OR PRINT IN BLACK INK",
    "Fax completed form to the number above.", "Incomplete forms will not be processed.",
    "I certify that the services requested are medically necessary.",
    "Valid for 12 months from date of order unless noted.",
    "Patients must bring a photo ID, insurance card and a list of medicines.", "This form may be copied.",
    "Do not write below this line.", "Patient may choose any provider of their choice.",
    "For scheduling please call our referral line, Monday to Friday, 8 am - 5 pm.",
)  # fmt: skip
