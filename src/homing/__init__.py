"""Homing: closed-loop patient-referral management."""
