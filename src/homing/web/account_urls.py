"""Signing in and out. Only what we show ourselves: there is no self-registration and no reset by e-mail."""

from __future__ import annotations

from allauth.account import views
from django.urls import path

urlpatterns = [
    path("login/", views.login, name="account_login"),
    path("logout/", views.logout, name="account_logout"),
    path("inactive/", views.account_inactive, name="account_inactive"),
    path("password/change/", views.password_change, name="account_change_password"),
    path("reauthenticate/", views.reauthenticate, name="account_reauthenticate"),
    # Closed by the account adapter; allauth's sign-in page asks for its address.
    path("signup/", views.signup, name="account_signup"),
]
