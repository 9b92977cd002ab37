"""Fax carriers behind `messaging.ports.Carrier`, and the view that takes their webhooks."""
