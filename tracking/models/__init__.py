from tracking.models.dimension_group import TrackingAssignment, TrackingDimensionGroup, group_of
from tracking.models.number import SerialNumber, fold
from tracking.models.registration import Registration, RegistrationState
from tracking.models.serial_event import EventKind, SerialEvent

__all__ = [
    "EventKind",
    "Registration",
    "RegistrationState",
    "SerialEvent",
    "SerialNumber",
    "TrackingAssignment",
    "TrackingDimensionGroup",
    "fold",
    "group_of",
]
