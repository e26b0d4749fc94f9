from members.forms.base import ActForm, RecordForm
from members.forms.journeys import (
    ChangeForm,
    CheckInForm,
    EndForm,
    InForm,
    NoteForm,
    OutForm,
    ReasonForm,
    ReportForm,
    StageForm,
)
from members.forms.lost import DecisionForm, FoundForm, LostForm, StepForm
from members.forms.people import MoveForm, NewPersonForm, PersonForm, StatusForm
from members.forms.transfers import AdmitForm, DutiesForm, MobileForm, ReceiveForm, TransferForm

__all__ = [
    "ActForm",
    "AdmitForm",
    "ChangeForm",
    "CheckInForm",
    "DecisionForm",
    "DutiesForm",
    "EndForm",
    "FoundForm",
    "InForm",
    "LostForm",
    "MobileForm",
    "MoveForm",
    "NewPersonForm",
    "NoteForm",
    "OutForm",
    "PersonForm",
    "ReasonForm",
    "ReceiveForm",
    "RecordForm",
    "ReportForm",
    "StageForm",
    "StatusForm",
    "StepForm",
    "TransferForm",
]
