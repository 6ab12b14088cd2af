"""The addresses of signing in and of a person's own pages."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from leadrush.people.views import choice, correct, erase, me, passkeys, sessions, sign_in, take

own = [
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-in/code/", sign_in.code, name="code"),
    path("sign-in/passkey/", passkeys.use, name="passkey"),
    path("sign-in/with/<str:token>/", sign_in.with_link, name="with_link"),
    path("sign-in/again/", correct.again, name="again"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("me/", me.me, name="me"),
    path("me/uses/", me.used, name="uses"),
    path("me/switch/", me.switch, name="switch"),
    path("me/was-it-you/", me.was_it_you, name="was_it_you"),
    path("me/take/", take.take, name="take"),
    path("me/take/print/", take.to_print, name="take_print"),
    path("me/receipts/<uuid:which>/", take.receipt, name="receipt"),
    path("me/receipts/<uuid:which>/receipt.jsonld", take.receipt_linked, name="receipt_linked"),
    path("schemas/taking-along-<int:number>.json", take.schema, name="schema"),
    path("me/name/", correct.name, name="name"),
    path("me/address/", correct.address, name="address"),
    path("me/address/place/", correct.place, name="place"),
    path("me/address/code/", correct.prove, name="prove"),
    path("me/address/join/", correct.join, name="join"),
    path("me/passkeys/", passkeys.passkeys, name="passkeys"),
    path("me/passkeys/add/", passkeys.add, name="passkey_add"),
    path("me/passkeys/<int:which>/remove/", passkeys.remove, name="passkey_remove"),
    path("me/erase/", erase.everything, name="erase"),
    path("me/erase/<str:key>/", erase.item, name="erase_item"),
    path("receipts/<str:code>/", erase.receipt, name="erasure"),
    path("me/sessions/", sessions.sessions, name="sessions"),
    path("choice/", choice.choice, name="choice"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include((own, "people"))),
    # allauth asks for these by its own names.
    path("sign-in/", sign_in.sign_in, name="account_login"),
    path("sign-in/code/", sign_in.code, name="account_confirm_login_code"),
]
